using System.Diagnostics.CodeAnalysis;
using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Transports.Memory;

namespace Accelio.Transports.Rdma;

/// <summary>
/// A device of this machine, with the one protection domain of the process and the memory that it knows. Lives as long as a context has a completion queue of it, so that a device which was removed is let go of.
/// Any thread; the lock is for what is done once per region of memory.
/// </summary>
internal sealed unsafe class RdmaDevice
{
    private const MemoryAccess ForReading = MemoryAccess.LocalWrite | MemoryAccess.RemoteRead;
    private const MemoryAccess ForWriting = MemoryAccess.LocalWrite | MemoryAccess.RemoteWrite;

    private static readonly Lock Gate = new();
    private static readonly List<RdmaDevice> InUse = [];

    private readonly ProtectionDomain _domain;
    private readonly HashSet<RdmaRegion> _regions = [];
    private int _users;
    private volatile bool _isRemoved;

    private RdmaDevice(VerbsDevice device, ProtectionDomain domain)
    {
        Verbs = device;
        _domain = domain;
    }

    /// <summary>The device.</summary>
    public VerbsDevice Verbs { get; }

    /// <summary>What its queue pairs and memory have in common.</summary>
    public ProtectionDomain Domain => _domain;

    /// <summary>Whether it was taken out of the machine: what there is of it does nothing any more.</summary>
    public bool IsRemoved => _isRemoved;

    /// <summary>Begins to use the device of an id. <see cref="Leave"/> must follow.</summary>
    /// <exception cref="TransportException">It cannot be used.</exception>
    public static RdmaDevice Join(ConnectionId id)
    {
        lock (Gate)
        {
            var context = id.Device;
            var device = InUse.Find(known => known.Verbs.Context == context);
            if (device is null)
            {
                var found = new VerbsDevice(context);
                var result = ProtectionDomain.Create(id, out var domain);
                if (result < 0)
                {
                    throw new TransportException($"The RDMA device {found} gives no protection domain: {Errno.Describe(result)}.", Errno.ToSocketError(result));
                }

                device = new RdmaDevice(found, domain!);
                InUse.Add(device);
            }

            device._users++;
            return device;
        }
    }

    /// <summary>One user less. With the last it forgets all memory.</summary>
    public void Leave()
    {
        lock (Gate)
        {
            if (--_users > 0)
            {
                return;
            }

            InUse.Remove(this);
            foreach (var region in _regions)
            {
                region.Remove(this);
            }

            _regions.Clear();
            _domain.Dispose();
        }
    }

    /// <summary>The device was taken out of the machine. The system waits until everything of it is given back.</summary>
    public void Remove()
    {
        _isRemoved = true;
        RdmaSupport.LookAgain();
        VerbsDevice.LookForRemoved();
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

    /// <summary>Devices forget a region that nobody uses any more.</summary>
    internal static void Forget(RdmaRegion region, ReadOnlySpan<RdmaRegion.Entry> entries)
    {
        lock (Gate)
        {
            foreach (var entry in entries)
            {
                entry.Device._regions.Remove(region);
                entry.Registration.Dispose();
            }
        }
    }

    private RdmaKeys KeysOf(RegionEntry entry, bool forWriting) => (entry.Registration as RdmaRegion)?.Find(this, forWriting) ?? Register(entry, forWriting);

    private RdmaKeys Register(RegionEntry entry, bool forWriting)
    {
        lock (Gate)
        {
            if (entry.Registration is not RdmaRegion region)
            {
                region = new RdmaRegion();
                entry.Registration = region;
            }

            if (region.Find(this, forWriting) is { } keys)
            {
                return keys;
            }

            var result = MemoryRegistration.Create(_domain, entry.Region.Address, (nuint)entry.Region.Length, forWriting ? ForWriting : ForReading, out var registration);
            if (result < 0)
            {
                throw RdmaMemoryLimit.Explain(result, entry.Region.Length, Verbs.Name);
            }

            _regions.Add(region);
            return region.Add(this, forWriting, registration!);
        }
    }
}
