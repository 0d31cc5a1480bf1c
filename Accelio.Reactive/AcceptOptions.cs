namespace Accelio.Reactive;

/// <summary>How a session is accepted.</summary>
public sealed class AcceptOptions
{
    /// <summary>What the client sees as <see cref="AccelioSession.AcceptedData"/>; at most 3700 bytes.</summary>
    public ReadOnlyMemory<byte> PrivateData { get; set; }
}
