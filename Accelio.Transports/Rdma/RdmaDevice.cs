using System.Diagnostics.CodeAnalysis;
using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Transports.Memory;

namespace Accelio.Transports.Rdma;

/// <summary>
/// A device of this machine, with the one protection domain of the process and the memory that it knows. Lives as long as the process. Any
/// thread; the lock is for what is done once per region of memory.
/// </summary>
internal sealed unsafe class RdmaDevice
{
    private const MemoryAccess ForReading = MemoryAccess.LocalWrite | MemoryAccess.RemoteRead;
    private const MemoryAccess ForWriting = MemoryAccess.LocalWrite | MemoryAccess.RemoteWrite;

    private static readonly Lock Gate = new();
    private static RdmaDevice[]? _all;

    private readonly ProtectionDomain _domain;
    private readonly int _index;

    private RdmaDevice(VerbsDevice device, ProtectionDomain domain, int index)
    {
        Verbs = device;
        _domain = domain;
        _index = index;
    }

    /// <summary>The device.</summary>
    public VerbsDevice Verbs { get; }

    /// <summary>What its queue pairs and memory have in common.</summary>
    public ProtectionDomain Domain => _domain;

    /// <summary>The device that a connection found.</summary>
    /// <exception cref="TransportException">It cannot be used.</exception>
    public static RdmaDevice Of(ConnectionId id)
    {
        var context = id.Device;
        foreach (var device in All())
        {
            if (device.Verbs.Context == context)
            {
                return device;
            }
        }

        throw new TransportException("The device of the connection is none that was there at the start.", System.Net.Sockets.SocketError.NetworkDown);
    }

    /// <summary>
    /// The keys of memory, all of it in one region of the library's, or in memory of a user that the caller knows: registered on the way if it is
    /// the first time. False when it lies elsewhere.
    /// </summary>
    /// <exception cref="TransportException">The region cannot be registered; the text says what limits it.</exception>
    public bool TryFindKeys(RegionEntry? known, byte* address, long length, [NotNullWhen(true)] out RdmaKeys? keys)
    {
        var entry = known is not null && known.Contains(address, length) ? known : MemoryRegions.Find(address, length);
        if (entry is null)
        {
            keys = null;
            return false;
        }

        keys = KeysOf(entry, forWriting: false);
        return true;
    }

    /// <summary>The key by which peers may write to memory of a user, and do nothing else.</summary>
    /// <exception cref="TransportException">As <see cref="TryFindKeys"/>.</exception>
    public uint KeyForWriting(RegionEntry memory) => KeysOf(memory, forWriting: true).Remote;

    /// <summary>The local key of memory of the poller's pool, or of a user's that the caller knows.</summary>
    /// <exception cref="TransportException">As <see cref="TryFindKeys"/>.</exception>
    public uint KeyOf(byte* address, long length, RegionEntry? known = null) => TryFindKeys(known, address, length, out var keys)
        ? keys.Local
        : throw new InvalidOperationException("the memory lies in no region that devices may know");

    /// <summary>Lets peers at memory, with keys of its own that permit just that.</summary>
    /// <exception cref="TransportException">It cannot be registered; the text says what limits it.</exception>
    public MemoryRegistration Expose(byte* address, long length, bool canRead, bool canWrite)
    {
        // Who may be written to by peers must be writable by the device at all.
        var access = (canRead ? MemoryAccess.RemoteRead : 0) | (canWrite ? MemoryAccess.RemoteWrite | MemoryAccess.LocalWrite : 0);
        var result = MemoryRegistration.Create(_domain, address, (nuint)length, access, out var registration);
        return result < 0 ? throw RdmaMemoryLimit.Explain(result, length, Verbs.Name) : registration!;
    }

    private static RdmaDevice[] All()
    {
        lock (Gate)
        {
            return _all ??= Open();
        }
    }

    private static RdmaDevice[] Open()
    {
        Check(VerbsDevice.List(out var found), "The RDMA devices cannot be listed");
        var devices = new RdmaDevice[found.Length];
        for (var i = 0; i < found.Length; i++)
        {
            Check(ProtectionDomain.Create(found[i], out var domain), $"The RDMA device {found[i]} gives no protection domain");
            devices[i] = new RdmaDevice(found[i], domain!, i);
        }

        return devices;
    }

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new TransportException($"{what}: {Errno.Describe(result)}.", Errno.ToSocketError(result));
        }
    }

    private RdmaKeys KeysOf(RegionEntry entry, bool forWriting) => (entry.Registration as RdmaRegion)?.Find(_index, forWriting) ?? Register(entry, forWriting);

    private RdmaKeys Register(RegionEntry entry, bool forWriting)
    {
        lock (Gate)
        {
            if (entry.Registration is not RdmaRegion region)
            {
                region = new RdmaRegion(All().Length);
                entry.Registration = region;
            }

            if (region.Find(_index, forWriting) is { } keys)
            {
                return keys;
            }

            var result = MemoryRegistration.Create(_domain, entry.Region.Address, (nuint)entry.Region.Length, forWriting ? ForWriting : ForReading, out var registration);
            return result < 0 ? throw RdmaMemoryLimit.Explain(result, entry.Region.Length, Verbs.Name) : region.Add(_index, forWriting, registration!);
        }
    }
}
