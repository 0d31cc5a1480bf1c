using Accelio.Native.Verbs;

namespace Accelio.Transports.Rdma;

/// <summary>A region of the library's memory as devices know it. Added to under the lock of <see cref="RdmaDevice"/>, read without.</summary>
internal sealed class RdmaRegion : IDisposable
{
    // Replaced, never changed. Few: one or two for each device in use.
    private Entry[] _entries = [];

    /// <summary>The keys for a device, if the region is registered with it for peers that may read, or may write.</summary>
    public RdmaKeys? Find(RdmaDevice device, bool forWriting)
    {
        foreach (var entry in Volatile.Read(ref _entries))
        {
            if (ReferenceEquals(entry.Device, device) && entry.ForWriting == forWriting)
            {
                return entry.Keys;
            }
        }

        return null;
    }

    /// <summary>The region was registered with a device.</summary>
    public RdmaKeys Add(RdmaDevice device, bool forWriting, MemoryRegistration registration)
    {
        var keys = new RdmaKeys(registration.LocalKey, registration.RemoteKey);
        Volatile.Write(ref _entries, [.. _entries, new Entry(device, forWriting, registration, keys)]);
        return keys;
    }

    /// <summary>Nobody uses the device any more: it does not know the region.</summary>
    public void Remove(RdmaDevice device)
    {
        foreach (var entry in _entries)
        {
            if (ReferenceEquals(entry.Device, device))
            {
                entry.Registration.Dispose();
            }
        }

        Volatile.Write(ref _entries, Array.FindAll(_entries, entry => !ReferenceEquals(entry.Device, device)));
    }

    /// <summary>Nothing in the region is used any more: no device needs to know it.</summary>
    public void Dispose() => RdmaDevice.Forget(this, _entries);

    /// <summary>The registration of the region with one device.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="ForWriting">Whether peers may write, and else read.</param>
    /// <param name="Registration">The registration.</param>
    /// <param name="Keys">Its keys.</param>
    internal sealed record Entry(RdmaDevice Device, bool ForWriting, MemoryRegistration Registration, RdmaKeys Keys);
}
