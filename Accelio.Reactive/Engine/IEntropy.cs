namespace Accelio.Reactive.Engine;

/// <summary>Where ids that must not be guessed come from: cryptography in production, a seed in simulation.</summary>
internal interface IEntropy
{
    /// <summary>A random number.</summary>
    uint NextUInt32();
}
