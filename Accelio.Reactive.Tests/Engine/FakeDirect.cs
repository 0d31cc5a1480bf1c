using Accelio.Transports;
using Accelio.Transports.Memory;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>Devices without a device: keeps what is exposed and what is begun; the test ends it.</summary>
internal sealed unsafe class FakeDirect : IDirectAccess
{
    /// <summary>Whether memory can be exposed.</summary>
    public bool IsFull { get; set; }

    /// <summary>Keys of the windows that are open.</summary>
    public List<uint> Open { get; } = [];

    /// <summary>What is under way.</summary>
    public List<DirectOperation> Begun { get; } = [];

    public DirectWindow Expose(byte* address, long length, bool canRead, bool canWrite)
    {
        if (IsFull)
        {
            throw new TransportException("no more memory", System.Net.Sockets.SocketError.NoBufferSpaceAvailable);
        }

        var key = (uint)(100 + Open.Count);
        Open.Add(key);
        return new DirectWindow((ulong)address, key, new Closing(() => Open.Remove(key)));
    }

    /// <summary>What was offered.</summary>
    public List<RoomEntry> Offered { get; } = [];

    public bool TryOffer(RegionEntry region, byte* address, int length, out RoomEntry offer)
    {
        offer = new RoomEntry((ulong)address, (uint)length, 77);
        Offered.Add(offer);
        return !IsFull;
    }

    public void Begin(DirectOperation operation) => Begun.Add(operation);

    private sealed class Closing(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}
