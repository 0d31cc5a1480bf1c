namespace Accelio.Transports;

/// <summary>Memory that the peer's device can get at, until disposed of.</summary>
/// <param name="address">What the peer's operations name its first byte by.</param>
/// <param name="key">The key that they show.</param>
/// <param name="registration">What permits it.</param>
internal sealed class DirectWindow(ulong address, uint key, IDisposable registration) : IDisposable
{
    /// <summary>What the peer's operations name its first byte by.</summary>
    public ulong Address => address;

    /// <summary>The key that they show.</summary>
    public uint Key => key;

    /// <summary>Nobody gets at it any more; what tries to ends its link.</summary>
    public void Dispose() => registration.Dispose();
}
