using System.Net;
using System.Runtime.InteropServices;
using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>One end of a connection made of nothing but the bindings: its own channels, queues, and a page of registered memory.</summary>
internal sealed unsafe class VerbsEnd : IDisposable
{
    private const int PageLength = 4096;
    private readonly EventChannel _events;
    private readonly byte* _page = (byte*)NativeMemory.AlignedAlloc(PageLength, PageLength);
    private ConnectionId _id;
    private CompletionChannel? _channel;
    private CompletionQueue? _queue;
    private ProtectionDomain? _domain;
    private QueuePair? _pair;
    private MemoryRegistration? _memory;

    public VerbsEnd()
    {
        Works(EventChannel.Create(out var channel));
        _events = channel!;
        Works(ConnectionId.Create(_events, out var id));
        _id = id!;
        new Span<byte>(_page, PageLength).Clear();
    }

    /// <summary>The end's memory.</summary>
    public Span<byte> Page => new(_page, PageLength);

    /// <summary>Where its memory lies, for the peer.</summary>
    public ulong Address => (ulong)_page;

    /// <summary>The key of its memory, for the peer.</summary>
    public uint Key => _memory!.RemoteKey;

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalAddress => _id.LocalAddress!;

    public static void Works(int result) => Assert.True(result >= 0, Errno.Describe(result));

    public void Listen(IPAddress address)
    {
        Works(_id.Bind(new IPEndPoint(address, 0)));
        Works(_id.Listen(8));
    }

    /// <summary>Connects to an end that listens, which goes on as the peer of this one.</summary>
    public void Connect(VerbsEnd server, IPAddress from)
    {
        Works(_id.ResolveAddress(new IPEndPoint(from, 0), server.LocalAddress, 5000));
        Expect(ConnectionEventKind.AddressResolved);
        Works(_id.ResolveRoute(5000));
        Expect(ConnectionEventKind.RouteResolved);
        Prepare();
        Works(_id.Connect(new RdmaConnParam { ReadsServed = 1, ReadsBegun = 1, Retries = 7, NotReadyRetries = 7 }));
        var asked = server.Expect(ConnectionEventKind.ConnectRequest);
        var listener = server._id;
        server._id = ConnectionId.Adopt(server._events, asked.Id);
        listener.Dispose();
        server.Prepare();
        Works(server._id.Accept(new RdmaConnParam { ReadsServed = 1, ReadsBegun = 1, NotReadyRetries = 7 }));
        Expect(ConnectionEventKind.Established);
        server.Expect(ConnectionEventKind.Established);
    }

    public void PostReceive(ulong id)
    {
        var piece = new IbvSge { Address = Address, Length = PageLength, LocalKey = _memory!.LocalKey };
        var work = new IbvRecvWr { Id = id, Pieces = &piece, PieceCount = 1 };
        Works(_pair!.PostReceive(&work, out _));
    }

    /// <summary>Posts work on the first bytes of the page.</summary>
    public void Post(WorkOpcode opcode, ulong id, int length, WorkFlags flags = WorkFlags.None, ulong address = 0, uint key = 0)
    {
        var piece = new IbvSge { Address = Address, Length = (uint)length, LocalKey = _memory!.LocalKey };
        var work = new IbvSendWr
        {
            Id = id,
            Pieces = &piece,
            PieceCount = 1,
            Opcode = opcode,
            Flags = flags | WorkFlags.Signaled,
            RemoteAddress = address,
            RemoteKey = key,
        };
        Works(_pair!.PostSend(&work, out _));
    }

    /// <summary>Waits for a completion, asleep on the channel's descriptor.</summary>
    public IbvWc Complete()
    {
        IbvWc completion;
        while (_queue!.Poll(&completion, 1) == 0)
        {
            Works(_queue.Arm());
            if (_queue.Poll(&completion, 1) == 1)
            {
                break;
            }

            WaitFor(_channel!.Descriptor);
            _queue.TakeEvents();
        }

        return completion;
    }

    public ConnectionEvent Expect(ConnectionEventKind kind)
    {
        while (true)
        {
            var result = _events.Take(out var taken);
            if (result == -Errno.Again)
            {
                WaitFor(_events.Descriptor);
                continue;
            }

            Works(result);
            Assert.Equal((kind, 0), (taken.Kind, taken.Status));
            return taken;
        }
    }

    public void Disconnect() => Works(_id.Disconnect());

    public void Dispose()
    {
        foreach (var handle in new VerbsHandle?[] { _events, _id, _domain, _queue, _channel, _memory, _pair })
        {
            handle?.Dispose();
        }

        NativeMemory.AlignedFree(_page);
    }

    private void Prepare()
    {
        Works(ProtectionDomain.Create(_id, out _domain));
        Works(CompletionChannel.Create(_id, out _channel));
        Works(CompletionQueue.Create(_channel!, 16, 0, out _queue));
        Works(QueuePair.Create(
            _id,
            _domain!,
            _queue!,
            shared: null,
            new IbvQpCap { MaxSendRequests = 8, MaxReceiveRequests = 8, MaxSendPieces = 1, MaxReceivePieces = 1, MaxInlineData = 64 },
            out _pair));
        Works(MemoryRegistration.Create(_domain!, _page, PageLength, MemoryAccess.LocalWrite | MemoryAccess.RemoteRead | MemoryAccess.RemoteWrite, out _memory));
    }

    private static void WaitFor(int descriptor)
    {
        var epoll = Epoll.Create();
        Works(epoll);
        using var closes = new DescriptorHandle(epoll);
        using var events = new EpollEventBuffer(1);
        Works(Epoll.Add(epoll, descriptor, Epoll.In, 0));
        Assert.True(Epoll.Wait(epoll, events, (int)Patience.Seconds(20).TotalMilliseconds) == 1, "nothing came in time");
    }
}
