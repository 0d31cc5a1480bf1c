using System.Runtime.CompilerServices;
using Accelio.Transports;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// One inbound message behind its handles: where its bytes are, what holds it, and which version of the core the handles must name. It is
/// itself the lease that the library holds and lends to callbacks. Cores are pooled per poller; everything but the state, the location and
/// the right to answer is the poller's alone.
/// </summary>
/// <remarks>The library's lists refer to cores, and a core never to a lease of a caller that is in use: only thus can the garbage collector
/// find one that was dropped.</remarks>
internal sealed unsafe partial class MessageCore : MessageLease
{
    private readonly MessagePool _pool;
    private readonly Poller _poller;
    private readonly ReturnItem _returnItem;
    private int _location;
    private byte* _header;
    private int _headerLength;
    private byte* _payload;
    private int _payloadLength;
    private Slab? _headerSlab;
    private Slab? _payloadSlab;
    private RegisteredMemory? _registered;
    private ReadOnlyMemory<byte> _userMemory;
    private bool _isUserMemory;

    // Whether anything is to be released at the end of the lease; most messages have nothing but bytes in the receive buffer.
    private bool _ownsMemory;

    public MessageCore(MessagePool pool, Poller poller)
    {
        Core = this;
        _pool = pool;
        _poller = poller;
        _returnItem = new ReturnItem(this);
    }

    /// <summary>Neighbours in the list of messages that lie in the receive buffers of one link.</summary>
    internal MessageCore? PreviousInPlace, NextInPlace;

    /// <summary>That list, or null.</summary>
    internal InPlaceList? List;

    /// <summary>Whether the connection is told, on the poller, when the last lease has ended: it owes credit or a receipt, or expects an answer.</summary>
    internal bool TellsConnection;

    /// <summary>The session the message came on; null while there is none.</summary>
    internal AccelioSession? Session => Maker is null ? Origin?.Session : Maker.Session;

    /// <summary>The connection the message came on, as users know it; null for answers.</summary>
    internal AccelioConnection? Origin => Maker is null ? Connection?.Events as AccelioConnection : Maker.Connection;

    /// <summary>Whether the sender marked the message as the last of a batch.</summary>
    internal bool LastInBatch;

    /// <summary>Whether a consumer rejected the message.</summary>
    internal bool Rejected;

    /// <summary>Whether several consumers look at the library's lease, so that none of them may end it.</summary>
    internal bool IsShared;

    /// <summary>Length of the header in bytes.</summary>
    public int HeaderLength => _headerLength;

    /// <summary>Length of the body in bytes.</summary>
    public int PayloadLength => _payloadLength;

    /// <summary>The header, unchecked: for a lease that holds.</summary>
    internal ReadOnlySpan<byte> HeaderNow => new(Resolve(isHeader: true), _headerLength);

    /// <summary>The body, unchecked: for a lease that holds.</summary>
    internal ReadOnlySpan<byte> PayloadNow =>
        _isUserMemory ? _userMemory.Span : new ReadOnlySpan<byte>(Resolve(isHeader: false), _payloadLength);

    /// <summary>Whether the library still holds its own lease. Any thread.</summary>
    internal bool IsLent => (Volatile.Read(ref _state) & Holding) != 0;

    private protected override int CoreVersion => Version;

    /// <summary>The registered memory that the body was received into, if its user chose some.</summary>
    internal RegisteredMemory? Registered => _registered;

    /// <summary>Where in that memory the body begins.</summary>
    internal int RegisteredStart => _registered is { } memory ? memory.OffsetOf(_payload) : 0;

    private bool IsPayloadInPlace => _payloadSlab is null && _registered is null && _payload != null && _payloadLength != 0;

    /// <summary>Begins a message with the library's lease; the bytes lie in the receive buffer, the payload perhaps in a slab or in registered
    /// memory, of which the core takes a hold over.</summary>
    internal void Begin(byte* header, int headerLength, byte* payload, int payloadLength, Slab? payloadSlab, RegisteredMemory? registered = null)
    {
        _header = header;
        _headerLength = headerLength;
        _payload = payload;
        _payloadLength = payloadLength;
        if (payloadSlab is not null)
        {
            _payloadSlab = payloadSlab;
            _ownsMemory = true;
        }

        if (registered is not null)
        {
            _registered = registered;
            _ownsMemory = true;
        }

        _location = headerLength != 0 || IsPayloadInPlace ? MessageLocation.InPlace : MessageLocation.Own;
        BeginLease();
    }

    /// <summary>Begins a message that lies in the receive buffer as a whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void BeginInPlace(byte* header, int headerLength, byte* payload, int payloadLength)
    {
        _header = header;
        _headerLength = headerLength;
        _payload = payload;
        _payloadLength = payloadLength;
        _location = headerLength != 0 || payload != null ? MessageLocation.InPlace : MessageLocation.Own;
        BeginLease();
    }

    /// <summary>Begins a message whose body is in the caller's own buffer.</summary>
    internal void BeginInUserMemory(byte* header, int headerLength, ReadOnlyMemory<byte> payload)
    {
        _header = header;
        _headerLength = headerLength;
        _payload = null;
        _payloadLength = payload.Length;
        _userMemory = payload;
        _isUserMemory = _ownsMemory = true;
        _location = headerLength != 0 ? MessageLocation.InPlace : MessageLocation.Own;
        BeginLease();
    }

    /// <summary>The callback that was given the message has returned. If something still holds the message in the receive buffer, the link
    /// must know before it uses the buffer again; most leases have ended by now and never enter the list. Poller only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void StayIn(InPlaceList list, int version)
    {
        // A last hold that is on its way back from another thread still counts: its end looks at where the bytes are.
        if (_isHeld && _location != MessageLocation.Own && Version == version)
        {
            list.Add(this);
        }
    }

    /// <summary>The body, when it is in the caller's own buffer.</summary>
    internal bool TryGetUserMemory(out ReadOnlyMemory<byte> memory)
    {
        memory = _isUserMemory ? _userMemory : default;
        return _isUserMemory;
    }

    /// <summary>The address of the bytes for reading now; another thread than the poller's keeps the poller from moving them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* Resolve(bool isHeader)
    {
        if (Volatile.Read(ref _location) != MessageLocation.Own && !_poller.IsCurrent)
        {
            Fix();
        }

        return isHeader ? _header : _payload;
    }

    /// <summary>The address of the bytes for somebody who keeps it: they are not moved any more.</summary>
    internal byte* PinInPlace(bool isHeader)
    {
        if (Volatile.Read(ref _location) != MessageLocation.Own)
        {
            Fix();
        }

        return isHeader ? _header : _payload;
    }

    /// <summary>Moves the bytes out of the receive buffer. Poller only.</summary>
    /// <returns>False when somebody refers to them where they are.</returns>
    internal bool TryMoveOut()
    {
        if (Interlocked.CompareExchange(ref _location, MessageLocation.Moving, MessageLocation.InPlace) != MessageLocation.InPlace)
        {
            return false;
        }

        var memory = _poller.Memory;
        _ownsMemory = true;
        if (_headerLength != 0)
        {
            _headerSlab = memory.Rent(_headerLength);
            Buffer.MemoryCopy(_header, _headerSlab.Pointer, _headerLength, _headerLength);
            _header = _headerSlab.Pointer;
        }

        if (IsPayloadInPlace)
        {
            _payloadSlab = memory.Rent(_payloadLength);
            Buffer.MemoryCopy(_payload, _payloadSlab.Pointer, _payloadLength, _payloadLength);
            _payload = _payloadSlab.Pointer;
        }

        Volatile.Write(ref _location, MessageLocation.Own);
        return true;
    }

    /// <summary>Keeps the receive buffers that the bytes lie in for as long as the lease. Poller only, after <see cref="TryMoveOut"/> said
    /// no.</summary>
    internal void HoldBuffers(ReadOnlySpan<Slab> buffers)
    {
        _ownsMemory = true;
        foreach (var buffer in buffers)
        {
            if (_headerLength != 0 && Contains(buffer, _header))
            {
                buffer.Hold();
                _headerSlab = buffer;
            }

            if (IsPayloadInPlace && Contains(buffer, _payload))
            {
                buffer.Hold();
                _payloadSlab = buffer;
            }
        }

        Volatile.Write(ref _location, MessageLocation.Own);
    }

    private static bool Contains(Slab slab, byte* address) => address >= slab.Pointer && address < slab.Pointer + slab.Length;

    private void BeginLease()
    {
        _isHeld = true;
        OpenWindows(_headerLength, _payloadLength);
        Volatile.Write(ref _state, Stamp(Version + 1));
        if (_pool.Ledger is { IsAuditing: true } ledger)
        {
            _record = ledger.Enter(this, null);
            _ownsMemory = true;
        }

        _pool.Begun++;
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
