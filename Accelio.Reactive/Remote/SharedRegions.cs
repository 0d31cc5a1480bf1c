using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>The memory that one connection shares with its peer. Any thread adds and removes, the context looks up.</summary>
internal sealed class SharedRegions(ConnectionCore connection, PollerContext context)
{
    private readonly ConcurrentDictionary<UInt128, SharedMemory> _regions = new();
    private uint _generation;
    private volatile bool _hasEnded;

    /// <summary>Shares memory.</summary>
    public SharedMemory Add(Memory<byte> memory, RemoteAccess access)
    {
        if (!MemoryMarshal.TryGetMemoryManager<byte, RegisteredMemory>(memory, out var registered, out var start, out var length) || length == 0)
        {
            throw new ArgumentException("Only registered memory can be shared. Give the Memory of a RegisteredMemory, or a part of it: AccelioContext.RentMemory, RegisterMemory.", nameof(memory));
        }

        if (access is < RemoteAccess.Read or > RemoteAccess.ReadWrite)
        {
            throw new ArgumentOutOfRangeException(nameof(access), access, "Memory is shared for reading, writing or both: RemoteAccess.Read, Write, ReadWrite.");
        }

        registered.Hold();
        var token = new MemoryToken(SessionKeys.New(context.Entropy), Interlocked.Increment(ref _generation), length, access);
        var shared = new SharedMemory(this, token, registered, start, context);
        _regions[token.Region] = shared;
        if (_hasEnded)
        {
            // The connection ended meanwhile, and nobody would look again.
            shared.Dispose();
        }

        return shared;
    }

    /// <summary>Forgets shared memory.</summary>
    public void Remove(SharedMemory shared)
    {
        if (_regions.TryRemove(shared.Token.Region, out _))
        {
            connection.Withdraw(shared);
        }
    }

    /// <summary>The connection is over, and everything shared with it.</summary>
    public void End()
    {
        _hasEnded = true;
        Lose();
    }

    /// <summary>The link is another one: what was shared on the one before is to be shared again.</summary>
    public void Lose()
    {
        foreach (var shared in _regions.Values)
        {
            shared.Dispose();
        }
    }

    /// <summary>Takes a hold on the memory that an operation of the peer is for.</summary>
    /// <param name="remote">What the peer asks.</param>
    /// <param name="window">The memory, with a hold that is the caller's.</param>
    /// <param name="start">Where in it.</param>
    /// <returns>Success, or why the peer is refused.</returns>
    public AccelioStatus TryHold(in RemoteItem remote, out RegisteredMemory? window, out int start)
    {
        window = null;
        start = 0;
        if (!_regions.TryGetValue(remote.Region, out var shared) || shared.Token.Generation != remote.Generation)
        {
            return AccelioStatus.StaleToken;
        }

        var needed = remote.Operation == RemoteOperation.Read ? RemoteAccess.Read : RemoteAccess.Write;
        var length = (ulong)shared.Token.Length;
        if ((shared.Token.Access & needed) == 0 || remote.Offset > length || remote.Length > length - remote.Offset)
        {
            return AccelioStatus.RemoteAccess;
        }

        if (!shared.Window.TryHold())
        {
            return AccelioStatus.StaleToken;
        }

        window = shared.Window;
        start = (int)remote.Offset;
        return AccelioStatus.Success;
    }
}
