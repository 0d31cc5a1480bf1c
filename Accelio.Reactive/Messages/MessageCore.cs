using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Accelio.Transports;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// One inbound message behind its handles: where its bytes are, how many leases are on it, and which version of the core the handles must name. Cores are pooled per poller; everything but the
/// lease count, the location and the right to answer is the poller's alone.
/// </summary>
internal sealed unsafe partial class MessageCore
{
    private readonly MessagePool _pool;
    private readonly Poller _poller;
    private readonly ReturnItem _returnItem;
    private long _state;
    private int _location;
    private byte* _header;
    private int _headerLength;
    private byte* _payload;
    private int _payloadLength;
    private Slab? _headerSlab;
    private Slab? _payloadSlab;
    private LeasedMemory _headerMemory;
    private LeasedMemory _payloadMemory;
    private ReadOnlyMemory<byte> _headerWindow;
    private ReadOnlyMemory<byte> _payloadWindow;
    private bool _headerOpen;
    private bool _payloadOpen;
    private bool _isUserMemory;

    public MessageCore(MessagePool pool, Poller poller)
    {
        _pool = pool;
        _poller = poller;
        _returnItem = new ReturnItem(this);
        _headerMemory = new LeasedMemory(this, isHeader: true);
        _payloadMemory = new LeasedMemory(this, isHeader: false);
    }

    /// <summary>The version that handles of the present message carry.</summary>
    public int Version => (int)(Volatile.Read(ref _state) >> 32);

    /// <summary>Neighbours in the list of messages that lie in the receive buffers of one link.</summary>
    internal MessageCore? PreviousInPlace, NextInPlace;

    /// <summary>That list, or null.</summary>
    internal InPlaceList? List;

    /// <summary>Whether the connection is told, on the poller, when the last lease has ended: it owes credit or a receipt, or expects an answer.</summary>
    internal bool TellsConnection;

    /// <summary>The session the message came on; null while there is none.</summary>
    internal AccelioSession? Session => (Connection?.Events as AccelioConnection)?.Session;

    /// <summary>Whether the sender marked the message as the last of a batch.</summary>
    internal bool LastInBatch;

    /// <summary>Whether a consumer rejected the message.</summary>
    internal bool Rejected;

    /// <summary>Length of the header in bytes.</summary>
    public int HeaderLength => _headerLength;

    /// <summary>Length of the body in bytes.</summary>
    public int PayloadLength => _payloadLength;

    /// <summary>Begins a message with one lease; the bytes lie in the receive buffer, the payload perhaps in a slab that the core takes over.</summary>
    internal void Begin(byte* header, int headerLength, byte* payload, int payloadLength, Slab? payloadSlab)
    {
        _header = header;
        _headerLength = headerLength;
        _payload = payload;
        _payloadLength = payloadLength;
        _payloadSlab = payloadSlab;
        _location = headerLength != 0 || (payloadLength != 0 && payloadSlab is null) ? MessageLocation.InPlace : MessageLocation.Own;
        var version = (int)(_state >> 32) + 1;
        Volatile.Write(ref _state, ((long)version << 32) | 1);
    }

    /// <summary>Begins a message whose body is in the caller's own buffer.</summary>
    internal void BeginInUserMemory(byte* header, int headerLength, ReadOnlyMemory<byte> payload)
    {
        Begin(header, headerLength, null, 0, null);
        _isUserMemory = true;
        _payloadLength = payload.Length;
        _payloadWindow = payload;
        _payloadOpen = true;
    }

    /// <summary>The callback that was given the message has returned. If its lease lives on in the receive buffer, the link must know before it uses the buffer again; most leases have ended
    /// by now and never enter the list. Poller only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void StayIn(InPlaceList list, int version)
    {
        if (IsLeased(version) && _location != MessageLocation.Own)
        {
            list.Add(this);
        }
    }

    /// <summary>The header as memory that notices the end of the lease.</summary>
    public ReadOnlyMemory<byte> Header(int version)
    {
        Demand(version);
        if (!_headerOpen)
        {
            _headerWindow = Open(ref _headerMemory, _headerLength, isHeader: true);
            _headerOpen = true;
        }

        return _headerWindow;
    }

    /// <summary>The body as memory that notices the end of the lease.</summary>
    public ReadOnlyMemory<byte> Payload(int version)
    {
        Demand(version);
        if (!_payloadOpen)
        {
            _payloadWindow = Open(ref _payloadMemory, _payloadLength, isHeader: false);
            _payloadOpen = true;
        }

        return _payloadWindow;
    }

    /// <summary>The body as a span.</summary>
    public ReadOnlySpan<byte> PayloadSpan(int version)
    {
        Demand(version);
        return _isUserMemory ? _payloadWindow.Span : new ReadOnlySpan<byte>(Resolve(isHeader: false), _payloadLength);
    }

    /// <summary>The header as a span.</summary>
    public ReadOnlySpan<byte> HeaderSpan(int version)
    {
        Demand(version);
        return new ReadOnlySpan<byte>(Resolve(isHeader: true), _headerLength);
    }

    /// <summary>The address of the bytes for reading now; another thread than the poller's keeps the poller from moving them.</summary>
    internal byte* Resolve(bool isHeader)
    {
        if ((int)Volatile.Read(ref _state) <= 0)
        {
            ThrowStale();
        }

        if (Volatile.Read(ref _location) != MessageLocation.Own && !_poller.IsCurrent)
        {
            Fix();
        }

        return isHeader ? _header : _payload;
    }

    /// <summary>The address of the bytes for somebody who keeps it: they are not moved any more.</summary>
    internal byte* PinInPlace(bool isHeader)
    {
        if ((int)Volatile.Read(ref _state) <= 0)
        {
            ThrowStale();
        }

        if (Volatile.Read(ref _location) != MessageLocation.Own)
        {
            Fix();
        }

        return isHeader ? _header : _payload;
    }

    /// <summary>Moves the bytes out of the receive buffer. Poller only.</summary>
    /// <returns>False when somebody refers to them where they are.</returns>
    internal bool TryMoveOut(SlabPool memory)
    {
        if (Interlocked.CompareExchange(ref _location, MessageLocation.Moving, MessageLocation.InPlace) != MessageLocation.InPlace)
        {
            return false;
        }

        if (_headerLength != 0)
        {
            _headerSlab = memory.Rent(_headerLength);
            Buffer.MemoryCopy(_header, _headerSlab.Pointer, _headerLength, _headerLength);
            _header = _headerSlab.Pointer;
        }

        if (_payloadSlab is null && _payloadLength != 0 && !_isUserMemory)
        {
            _payloadSlab = memory.Rent(_payloadLength);
            Buffer.MemoryCopy(_payload, _payloadSlab.Pointer, _payloadLength, _payloadLength);
            _payload = _payloadSlab.Pointer;
        }

        Volatile.Write(ref _location, MessageLocation.Own);
        return true;
    }

    /// <summary>Keeps the receive buffers that the bytes lie in for as long as the lease. Poller only, after <see cref="TryMoveOut"/> said no.</summary>
    internal void HoldBuffers(ReadOnlySpan<Slab> buffers)
    {
        foreach (var buffer in buffers)
        {
            if (_headerLength != 0 && Contains(buffer, _header))
            {
                buffer.Hold();
                _headerSlab = buffer;
            }

            if (_payloadSlab is null && _payloadLength != 0 && !_isUserMemory && Contains(buffer, _payload))
            {
                buffer.Hold();
                _payloadSlab = buffer;
            }
        }

        Volatile.Write(ref _location, MessageLocation.Own);
    }

    /// <summary>Throws unless a handle of this version may still read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Demand(int version)
    {
        var state = Volatile.Read(ref _state);
        if ((int)(state >> 32) != version || (int)state <= 0)
        {
            ThrowStale();
        }
    }

    [DoesNotReturn]
    internal void ThrowStale() => throw new ObjectDisposedException(
        nameof(InboundMessage),
        "The lease of this message has ended: in OnNext a message is valid until the last observer returned, in a handler until it ends, and never after Dispose. Project it inside the callback "
        + "(Read(m => Parse(m.Payload))), copy it (Detach), or Retain() it and Dispose it later.");

    private static bool Contains(Slab slab, byte* address) => address >= slab.Pointer && address < slab.Pointer + slab.Length;

    private ReadOnlyMemory<byte> Open(ref LeasedMemory memory, int length, bool isHeader)
    {
        if (length == 0)
        {
            return default;
        }

        if (!memory.HasRoomFor(length))
        {
            memory = new LeasedMemory(this, isHeader);
        }

        return memory.Open(length);
    }

    private void Fix()
    {
        var spin = default(SpinWait);
        while (true)
        {
            var location = Interlocked.CompareExchange(ref _location, MessageLocation.Fixed, MessageLocation.InPlace);
            if (location != MessageLocation.Moving)
            {
                return;
            }

            spin.SpinOnce(-1);
        }
    }
}
