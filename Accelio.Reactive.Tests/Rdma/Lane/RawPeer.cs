using System.Net;
using System.Runtime.InteropServices;
using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>A peer made by hand, which sends whatever a test wants: one piece of registered memory, and a connection to a listener that the test turns.</summary>
internal sealed unsafe class RawPeer : IDisposable
{
    public const int MemoryLength = 128 << 10;
    private const int ReceiveLength = 16 << 10;
    private const int Receives = 3;
    private const int ReasonRefused = 28;

    // As devices count it: its peers are alive, so to wait longer for one that has no receive posted tells nothing more.
    private const byte HalfASecond = 17;

    private readonly int _length;
    private readonly byte* _memory;
    private readonly Action _turn;
    private readonly EventChannel _events;
    private readonly ConnectionId _id;
    private readonly CompletionChannel _channel;
    private readonly CompletionQueue _queue;
    private readonly ProtectionDomain _domain;
    private readonly QueuePair _pair;
    private readonly MemoryRegistration _registration;

    /// <summary>Connects.</summary>
    /// <param name="server">Where the listener is.</param>
    /// <param name="turn">Turns the listener's poller.</param>
    /// <param name="privateData">Bytes for the connection manager; C peers send none.</param>
    /// <param name="isRefused">Whether the listener is to refuse.</param>
    /// <param name="memoryLength">How much memory it has.</param>
    public RawPeer(IPEndPoint server, Action turn, byte[]? privateData = null, bool isRefused = false, int memoryLength = MemoryLength)
    {
        _turn = turn;
        _length = memoryLength;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)memoryLength, 4096);
        Memory.Clear();
        VerbsEnd.Works(EventChannel.Create(out var events));
        _events = events!;
        VerbsEnd.Works(ConnectionId.Create(_events, out var id));
        _id = id!;
        VerbsEnd.Works(_id.ResolveAddress(new IPEndPoint(RdmaAddresses.Client, 0), server, 5000));
        Expect(ConnectionEventKind.AddressResolved);
        VerbsEnd.Works(_id.SetAcknowledgeTimeout(HalfASecond));
        VerbsEnd.Works(_id.ResolveRoute(5000));
        Expect(ConnectionEventKind.RouteResolved);
        VerbsEnd.Works(ProtectionDomain.Create(_id, out _domain!));
        VerbsEnd.Works(CompletionChannel.Create(_id, out _channel!));
        VerbsEnd.Works(CompletionQueue.Create(_channel, 1024, 0, out _queue!));
        var capacity = new IbvQpCap { MaxSendRequests = 512, MaxReceiveRequests = 8, MaxSendPieces = 1, MaxReceivePieces = 1 };
        VerbsEnd.Works(QueuePair.Create(_id, _domain, _queue, shared: null, capacity, out _pair!));
        var access = MemoryAccess.LocalWrite | MemoryAccess.RemoteRead | MemoryAccess.RemoteWrite;
        VerbsEnd.Works(MemoryRegistration.Create(_domain, _memory, (nuint)_length, access, out _registration!));
        PostReceives();
        fixed (byte* data = privateData)
        {
            VerbsEnd.Works(_id.Connect(new RdmaConnParam
            {
                PrivateData = data,
                PrivateDataLength = (byte)(privateData?.Length ?? 0),
                ReadsServed = 4,
                ReadsBegun = 4,
                Retries = 3,
            }));
        }

        if (isRefused)
        {
            Expect(ConnectionEventKind.Rejected, ReasonRefused);
        }
        else
        {
            Expect(ConnectionEventKind.Established);
        }
    }

    /// <summary>Its memory; messages are sent from the start of it.</summary>
    public Span<byte> Memory => new(_memory, _length);

    /// <summary>Where the peer's memory lies.</summary>
    public ulong Address => (ulong)_memory;

    /// <summary>The key that opens it.</summary>
    public uint Key => _registration.RemoteKey;

    /// <summary>Changes bytes of a message.</summary>
    public delegate void Spoil(Span<byte> message);

    /// <summary>Asks for a link as an ordinary peer does.</summary>
    /// <param name="spoil">What to change of it before.</param>
    public void SendSetup(Spoil? spoil = null)
    {
        var options = new LinkOptions();
        var setup = new RdmaSetup
        {
            Link = new LinkSetup
            {
                Version = LinkSetup.ProtocolVersion,
                BufferSize = (ulong)options.BufferSize,
                MaxInParts = 4,
                MaxOutParts = 4,
                MaxHeaderLength = 256,
            },
            SendDepth = 5,
            ReceiveDepth = 256,
        };
        var length = RdmaNexus.Write(Memory, setup, []);
        spoil?.Invoke(Memory[..length]);
        Send(length);
    }

    /// <summary>Writes the head of a request without a body, as an ordinary peer does, for a test to spoil.</summary>
    public int WriteRequest(ushort number, BodyOperation operation = BodyOperation.Send, params RoomEntry[] parts)
    {
        var header = new FrameHeader { Type = FrameType.Request, Serial = number, LocalTask = number };
        var fields = new RdmaFrameFields { TransportSerial = number, OutOperation = operation, InOperation = BodyOperation.Send, OutCount = (ushort)parts.Length };
        RdmaFrame.Measure(header.Type, ref fields);
        RdmaFrame.Encode(_memory, header, fields);
        for (var i = 0; i < parts.Length; i++)
        {
            Sge.Write(_memory + RdmaFrame.RequestSize + (i * Sge.Size), parts[i]);
        }

        return fields.BodyOffset;
    }

    /// <summary>Writes a message that says nothing but that slots were posted; <paramref name="number"/> is that of the next request.</summary>
    public int WriteCredits(ushort number, ushort credits)
    {
        new CreditNop(number, ushort.MaxValue, credits).Write(Memory);
        return CreditNop.Size;
    }

    /// <summary>Writes a request that offers buffers for the answer to be written into, as C peers do for long ones.</summary>
    public int WriteOffer(ushort number, params RoomEntry[] room)
    {
        var header = new FrameHeader { Type = FrameType.Request, Serial = number, LocalTask = number };
        var fields = new RdmaFrameFields { TransportSerial = number, OutOperation = BodyOperation.Send, InOperation = BodyOperation.Write, InCount = (ushort)room.Length, Credits = Receives - 1 };
        RdmaFrame.Measure(header.Type, ref fields);
        RdmaFrame.Encode(_memory, header, fields);
        for (var i = 0; i < room.Length; i++)
        {
            Sge.Write(_memory + RdmaFrame.RequestSize + (i * Sge.Size), room[i]);
        }

        return fields.BodyOffset;
    }

    /// <summary>The messages that arrived, in their order.</summary>
    public Span<byte> Received(int index) => new(_memory + _length - ((index + 1) * ReceiveLength), ReceiveLength);

    /// <summary>Has one more message go where the one of this index went.</summary>
    public void PostReceive(int index)
    {
        index %= Receives;
        var piece = new IbvSge { Address = Address + (ulong)(_length - ((index + 1) * ReceiveLength)), Length = ReceiveLength, LocalKey = _registration.LocalKey };
        var work = new IbvRecvWr { Pieces = &piece, PieceCount = 1 };
        VerbsEnd.Works(_pair.PostReceive(&work, out _));
    }

    /// <summary>Takes the memory away from the device, whoever may be reading it. Nothing can be sent any more.</summary>
    public void Deregister() => _registration.Dispose();

    /// <summary>Sends what lies at the start of the memory.</summary>
    public void Send(int length)
    {
        var piece = new IbvSge { Address = Address, Length = (uint)length, LocalKey = _registration.LocalKey };
        var work = new IbvSendWr { Pieces = &piece, PieceCount = 1, Opcode = WorkOpcode.Send, Flags = WorkFlags.Signaled };
        VerbsEnd.Works(_pair.PostSend(&work, out _));
    }

    /// <summary>Turns the listener's poller until something of the peer's completes.</summary>
    public CompletionStatus Complete(CompletionOpcode? wanted = null)
    {
        IbvWc completion = default;
        Until(() =>
        {
            IbvWc next;
            if (_queue.Poll(&next, 1) != 1)
            {
                return false;
            }

            completion = next;
            return next.Status != CompletionStatus.Success || wanted is null || next.Opcode == wanted;
        });
        return completion.Status;
    }

    /// <summary>Waits for the end of the connection.</summary>
    public void ExpectDisconnect() => Expect(ConnectionEventKind.Disconnected);

    /// <summary>Ends the connection.</summary>
    public void Disconnect() => VerbsEnd.Works(_id.Disconnect());

    /// <summary>Turns a poller until a condition holds.</summary>
    public static void Until(Func<bool> condition, Action turn)
    {
        var end = Environment.TickCount64 + (long)Patience.Seconds(20).TotalMilliseconds;
        while (!condition())
        {
            turn();
            Thread.Sleep(0);
            Assert.True(Environment.TickCount64 < end, "it did not happen");
        }
    }

    public void Dispose()
    {
        foreach (var handle in new VerbsHandle[] { _pair, _queue, _channel, _registration, _domain, _id, _events })
        {
            handle.Dispose();
        }

        NativeMemory.AlignedFree(_memory);
    }

    private void PostReceives()
    {
        for (var i = 0; i < Receives; i++)
        {
            PostReceive(i);
        }
    }

    private void Expect(ConnectionEventKind kind, int status = 0)
    {
        ConnectionEvent taken = default;
        Until(() => _events.Take(out taken) >= 0);
        Assert.Equal((kind, status), (taken.Kind, taken.Status));
    }

    private void Until(Func<bool> condition) => Until(condition, _turn);
}
