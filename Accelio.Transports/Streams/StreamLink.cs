using Accelio.Native.Linux;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Streams;

/// <summary>
/// A link over byte streams: one that carries everything, or a pair, control and data (wire protocol, section 3). Everything that is
/// framing is here; a derived class moves bytes and
/// tells when it can. Receiving parses in place; sending collects the output of a duty cycle and hands it over at its end.
/// </summary>
/// <remarks>
/// The derived class calls, always on the poller's thread and never from inside a call of this class: <see cref="Opened"/> once,
/// <see cref="Receive"/> when a stream may have bytes,
/// <see cref="OnStreamWritable"/> when a stream takes bytes again, <see cref="Fail"/> when it breaks by itself.
/// </remarks>
internal abstract unsafe partial class StreamLink : Link, IFlushable
{
    /// <summary>Answer of <see cref="TryReceive"/> and <see cref="TrySend"/>: nothing can be moved now.</summary>
    protected const int WouldBlock = -Errno.Again;

    /// <summary>The stream of the frames; the only one of single links.</summary>
    protected const int ControlStream = 0;

    /// <summary>The stream of the bulk bytes of dual links.</summary>
    protected const int DataStream = 1;

    private readonly bool _isDual;
    private readonly int _bodyStream;
    private readonly TcpFrameLimits _limits;
    private readonly ulong _longestPlain;
    private readonly ReceiveBuffer[] _buffers;
    private readonly Slab[] _slabs;
    private readonly SendQueue[] _queues;
    private readonly SendQueue _controlQueue;
    private readonly TokenList _released = new();
    private readonly StreamLinkTimer _timer;
    private readonly StreamLinkClosing _closing;
    private ILinkSink? _sink;
    private StreamLinkState _state;

    /// <summary>Creates a link that is not open yet.</summary>
    /// <param name="poller">The owner; the caller is on its thread.</param>
    /// <param name="options">Settings and limits.</param>
    /// <param name="isClient">Whether this side dialed.</param>
    /// <param name="isDual">Whether there are two streams.</param>
    protected StreamLink(Poller poller, LinkOptions options, bool isClient, bool isDual)
    {
        Poller = poller;
        Options = options;
        IsClient = isClient;
        _isDual = isDual;
        _bodyStream = isDual ? DataStream : ControlStream;
        _limits = TcpFrameLimits.From(options, isDual);
        _longestPlain = PlainFrame.LongestTlv(_limits);
        var count = isDual ? 2 : 1;
        _buffers = new ReceiveBuffer[count];
        _slabs = new Slab[count];
        _queues = new SendQueue[count];
        for (var i = 0; i < count; i++)
        {
            _buffers[i] = new ReceiveBuffer();
            _queues[i] = new SendQueue(poller.Memory);
        }

        _controlQueue = _queues[ControlStream];
        _timer = new StreamLinkTimer(this);
        _closing = new StreamLinkClosing(this);
    }

    /// <inheritdoc/>
    public override LinkKind Kind => LinkKind.Stream;

    /// <inheritdoc/>
    public override bool IsClient { get; }

    /// <inheritdoc/>
    public override Poller Poller { get; }

    /// <inheritdoc/>
    public override LinkOptions Options { get; }

    /// <inheritdoc/>
    public override long QueuedBytes => Queued;

    /// <inheritdoc/>
    public override bool IsCongested => _congested;

    /// <inheritdoc/>
    public override ReadOnlySpan<Slab> ReceiveBuffers => _hasBuffers ? _slabs : default;

    /// <summary>Whether bulk bytes have a stream of their own.</summary>
    public bool IsDual => _isDual;

    private long Queued => _isDual ? _controlQueue.Bytes + _queues[DataStream].Bytes : _controlQueue.Bytes;

    /// <summary>Whether the link is closed, though the sink may not know yet.</summary>
    protected bool IsClosed => _state == StreamLinkState.Closed;

    /// <summary>Moves bytes that have arrived into the pieces, in order, without waiting.</summary>
    /// <param name="stream"><see cref="ControlStream"/> or <see cref="DataStream"/>.</param>
    /// <param name="vectors">The pieces; lengths above 0.</param>
    /// <param name="count">1 or 2.</param>
    /// <returns>Bytes moved; 0 at the end of the stream; <see cref="WouldBlock"/>; or another negated error number.</returns>
    protected abstract int TryReceive(int stream, IoVector* vectors, int count);

    /// <summary>Takes bytes from the pieces, in order, without waiting; they may be touched only inside the call.</summary>
    /// <param name="stream"><see cref="ControlStream"/> or <see cref="DataStream"/>.</param>
    /// <param name="vectors">The pieces; lengths above 0.</param>
    /// <param name="count">1 to <see cref="SendQueue.MaxVectors"/>.</param>
    /// <returns>Bytes taken, at least 1; <see cref="WouldBlock"/>; or another negated error number.</returns>
    protected abstract int TrySend(int stream, IoVector* vectors, int count);

    /// <summary>Says what the link waits for on a stream. Called on change only; in the beginning bytes are wanted and room is
    /// not.</summary>
    /// <param name="stream"><see cref="ControlStream"/> or <see cref="DataStream"/>.</param>
    /// <param name="wantRead">Whether to call <see cref="Receive"/> when there are bytes.</param>
    /// <param name="wantWrite">Whether to call <see cref="OnStreamWritable"/> when there is room.</param>
    protected abstract void UpdateInterest(int stream, bool wantRead, bool wantWrite);

    /// <summary>So many bytes of what <see cref="TrySend"/> has not taken are leaving already: nothing is put in front of them.</summary>
    protected void KeepFirst(int stream, int bytes) => _queues[stream].Begin(bytes);

    /// <summary>Demands that <see cref="Receive"/> is called in the next duty cycle, whether or not bytes arrive: some are left
    /// over.</summary>
    protected abstract void MarkReady(int stream);

    /// <summary>Tells the peer that nothing more comes, on all streams. Everything queued has left.</summary>
    protected abstract void ShutdownSend();

    /// <summary>Gives up the streams. Called exactly once; none of the other methods is called afterwards.</summary>
    protected abstract void CloseStreams();

    /// <summary>Gives the link its sink, once, before <see cref="Opened"/>.</summary>
    protected void Attach(ILinkSink sink) => _sink = sink;

    /// <summary>The streams are connected, and the connect messages are exchanged where there are any: tells the sink and begins to wait
    /// for the set-up message.</summary>
    protected void Opened()
    {
        if (_state != StreamLinkState.Opening)
        {
            return;
        }

        _state = StreamLinkState.SettingUp;
        LastReceived = Poller.Now;
        _setupDeadline = StreamLinkTimer.Deadline(LastReceived, Options.SetupTimeout);
        Arm(_setupDeadline);
        _sink!.OnOpened(this);
    }
}
