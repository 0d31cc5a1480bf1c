namespace Accelio.Reactive.Tests.Worlds;

/// <summary>Who sends messages in a random world.</summary>
internal interface IWorldCaller
{
    /// <summary>Since when it has had its link and its server, in ticks; <see cref="long.MaxValue"/> while it has not.</summary>
    long SteadySince { get; }
}
