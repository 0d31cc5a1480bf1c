using Accelio.Native.Verbs;

namespace Accelio.Transports.Rdma;

/// <summary>A region of the library's memory as devices know it. Added to under the lock of <see cref="RdmaDevice"/>, read without.</summary>
/// <param name="devices">How many devices there are.</param>
internal sealed class RdmaRegion(int devices) : IDisposable
{
    private readonly MemoryRegistration?[] _registrations = new MemoryRegistration?[devices];
    private readonly RdmaKeys?[] _keys = new RdmaKeys?[devices];

    /// <summary>The keys for a device, if the region is registered with it.</summary>
    public RdmaKeys? Find(int device) => Volatile.Read(ref _keys[device]);

    /// <summary>The region was registered with a device.</summary>
    public RdmaKeys Add(int device, MemoryRegistration registration)
    {
        _registrations[device] = registration;
        var keys = new RdmaKeys(registration.LocalKey, registration.RemoteKey);
        Volatile.Write(ref _keys[device], keys);
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
}
