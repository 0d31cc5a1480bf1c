using Accelio.Native.Verbs;

namespace Accelio.Transports.Rdma;

/// <summary>A region of the library's memory as devices know it. Added to under the lock of <see cref="RdmaDevice"/>, read without.</summary>
/// <param name="devices">How many devices there are.</param>
internal sealed class RdmaRegion(int devices) : IDisposable
{
    // For peers that may read, one for each device, and behind them those for peers that may write.
    private readonly MemoryRegistration?[] _registrations = new MemoryRegistration?[2 * devices];
    private readonly RdmaKeys?[] _keys = new RdmaKeys?[2 * devices];

    /// <summary>The keys for a device, if the region is registered with it for peers that may read, or may write.</summary>
    public RdmaKeys? Find(int device, bool forWriting) => Volatile.Read(ref _keys[PlaceOf(device, forWriting)]);

    /// <summary>The region was registered with a device.</summary>
    public RdmaKeys Add(int device, bool forWriting, MemoryRegistration registration)
    {
        var place = PlaceOf(device, forWriting);
        _registrations[place] = registration;
        var keys = new RdmaKeys(registration.LocalKey, registration.RemoteKey);
        Volatile.Write(ref _keys[place], keys);
        return keys;
    }

    /// <summary>Nothing in the region is used any more: no device needs to know it.</summary>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration?.Dispose();
        }
    }

    private int PlaceOf(int device, bool forWriting) => forWriting ? devices + device : device;
}
