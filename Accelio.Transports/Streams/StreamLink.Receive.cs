using Accelio.Native.Linux;

namespace Accelio.Transports.Streams;

/// <content>Receiving: whose turn it is, and where the bytes go.</content>
internal abstract unsafe partial class StreamLink
{
    // One large receive, or several straight into a body, and the other links of the poller have their turn.
    private const int BytesPerCycle = 1 << 20;

    // Bytes taken along behind a body that is being placed: enough for the headers that follow. More would have to be copied when they
    // are the beginning of another large body.
    private const int TailWhilePlacing = 16 * 1024;

    // Streams that are over, one bit each; the first of them has the say about the reason.
    private int _ended;
    private LinkError _endError;
    private string _endDetail = string.Empty;
    private bool _paused;
    private int _readInterest = 0b11;

    private bool IsFrameIncomplete =>
        _state == StreamLinkState.Ready && !_paused && !_backlogged
        && (_placing || HasUnread);

    /// <inheritdoc/>
    public override void PauseReceive()
    {
        if (!_paused && _state <= StreamLinkState.Ready)
        {
            _paused = true;
            UpdateReadInterest();
        }
    }

    /// <inheritdoc/>
    public override void ResumeReceive()
    {
        if (_paused && _state <= StreamLinkState.Ready)
        {
            WantBytes();
            NoteProgress(Poller.Now);

            // What is left in the buffers is delivered in the next duty cycle: not from here, which is inside a call of the sink.
            MarkReady(ControlStream);
        }
    }

    /// <summary>A stream may have bytes, or its end. Called speculatively too.</summary>
    /// <returns>How much was done; 0 means nothing was there.</returns>
    protected int Receive(int stream, long now)
    {
        if (_state is StreamLinkState.Flushing or StreamLinkState.Lingering)
        {
            return Discard(stream);
        }

        if (_paused || _backlogged || _state is StreamLinkState.Closed or StreamLinkState.Opening)
        {
            return 0;
        }

        var frames = Options.MaxFramesPerCycle;
        var begun = IsFrameIncomplete;
        var bytes = ReceiveAndParse(stream, now, ref frames);
        if (_state == StreamLinkState.Closed)
        {
            return 1;
        }

        CheckBacklog();
        if (_isDual)
        {
            UpdateReadInterest();
        }

        CheckProgress(now, bytes, goesOn: begun && frames == Options.MaxFramesPerCycle);

        return Options.MaxFramesPerCycle - frames + bytes;
    }

    private int ReceiveAndParse(int stream, long now, ref int frames)
    {
        // Streams that may still be received from in this call.
        var open = _isDual ? 0b11 : 0b01;
        var total = 0;
        int due;
        while (true)
        {
            var need = due = Parse(now, ref frames);
            if (need < 0)
            {
                return total;
            }

            if ((open >> need & 1) == 0)
            {
                // Nothing more of what is due. What came on the other stream is taken in ahead of its time while there is room, so that
                // the kernel does not report it over and over.
                need ^= _isDual ? 1 : 0;
                if ((open >> need & 1) == 0 || HasEnded(need) || !CanReadAhead(need))
                {
                    break;
                }
            }

            var direct = _placing && need == _bodyStream;
            var asked = 0;
            var received = HasEnded(need) ? WouldBlock : direct ? ReceiveBody(out asked) : ReceiveIntoBuffer(need, out asked);
            if (received > 0)
            {
                total += received;
                LastReceived = now;
                if (received < asked)
                {
                    // A short answer: the stream is drained.
                    open &= ~(1 << need);
                }
                else if (!direct || total >= BytesPerCycle)
                {
                    // A buffer is filled once per cycle only: the answers to what was delivered from it are on their way when it is
                    // filled again.
                    open &= ~(1 << need);
                    MarkReady(need);
                }

                continue;
            }

            open &= ~(1 << need);
            if (received != WouldBlock)
            {
                NoteEnd(need, received);
            }
            else if (!_isDual)
            {
                break;
            }

            if (_state == StreamLinkState.Closed)
            {
                return total;
            }
        }

        if (_ended != 0 || _sendFailure != 0)
        {
            EndBehindArrivals(stream, due, total);
        }

        return total;
    }

    // The end of one stream of a pair, or of the way out, is the end of the link, but not before everything that the peer had sent has
    // been delivered: that is so once a whole call brings
    // nothing more, and no frame waits for bytes that the other stream can still bring.
    private void EndBehindArrivals(int stream, int due, int received)
    {
        if (_state == StreamLinkState.Closed)
        {
            return;
        }

        if (received > 0)
        {
            MarkReady(stream);
        }
        else if (_ended != 0 && (_sendFailure != 0 || HasEnded(due) || !IsFrameIncomplete))
        {
            Fail(_endError, _endDetail);
        }
        else if (_sendFailure != 0)
        {
            Fail(LinkError.TransportFailed, $"send: {Errno.Describe(_sendFailure)}");
        }
    }

    private void NoteEnd(int stream, int result)
    {
        var first = _ended == 0;
        _ended |= 1 << stream;
        if (!first)
        {
            return;
        }

        var name = NameOf(stream);
        _endError = result == 0 ? LinkError.PeerClosed : LinkError.TransportFailed;
        _endDetail = result != 0 ? $"{name}: {Errno.Describe(result)}"
            : IsFrameIncomplete ? $"{name} closed by the peer in the middle of a frame"
            : $"{name} closed by the peer";
        if (!_isDual)
        {
            Fail(_endError, _endDetail);
        }
    }

    private int ReceiveIntoBuffer(int stream, out int asked)
    {
        Prepare(stream);
        var buffer = _buffers[stream];
        asked = buffer.Free;
        if (asked == 0 || _state == StreamLinkState.Closed)
        {
            return WouldBlock;
        }

        var vector = new IoVector { Base = buffer.Pointer + buffer.End, Length = (nuint)asked };
        var received = TryReceive(stream, &vector, 1);
        if (received > 0)
        {
            buffer.End += received;
            buffer.Filled = received == asked;
        }

        return received;
    }

    private int ReceiveBody(out int asked)
    {
        var buffer = _buffers[_bodyStream];
        var vectors = stackalloc IoVector[2];
        var remaining = _placement.Remaining;
        if (_placement.Target == null)
        {
            // Thrown away: the room behind what is in the buffer takes the bytes and forgets them.
            MakeRoom(_bodyStream, ReceiveBufferUnit);
            if (_state == StreamLinkState.Closed)
            {
                asked = 0;
                return WouldBlock;
            }

            asked = (int)Math.Min(remaining, buffer.Free);
            vectors[0] = new IoVector { Base = buffer.Pointer + buffer.End, Length = (nuint)asked };
            var dropped = TryReceive(_bodyStream, vectors, 1);
            _placement.Received += Math.Max(dropped, 0);
            return dropped;
        }

        var first = (int)Math.Min(remaining, MaxReceive);
        var tail = first == remaining ? Math.Min(buffer.Free, TailWhilePlacing) : 0;
        vectors[0] = new IoVector { Base = _placement.Target + _placement.Received, Length = (nuint)first };
        vectors[1] = new IoVector { Base = buffer.Pointer + buffer.End, Length = (nuint)tail };
        asked = first + tail;
        var received = TryReceive(_bodyStream, vectors, tail > 0 ? 2 : 1);
        if (received > 0)
        {
            var body = Math.Min(received, first);
            _placement.Received += body;
            buffer.End += received - body;
        }

        return received;
    }

    private bool HasEnded(int stream) => (_ended >> stream & 1) != 0;

    private bool CanReadAhead(int stream) => !(_placing && stream == _bodyStream) && HasRoom(_buffers[stream]);

    private bool HasRoom(ReceiveBuffer buffer) => !_hasBuffers || buffer.Length < Math.Max(buffer.Capacity, buffer.Needed);

    private void WantBytes()
    {
        _paused = false;
        UpdateReadInterest();
    }

    private void UpdateReadInterest()
    {
        for (var stream = 0; stream < _buffers.Length; stream++)
        {
            // A pause, or a data stream that is far ahead of its control stream, or one that is over: the kernel is not asked about it.
            var wanted = _state > StreamLinkState.Ready
                || (!_paused && !_backlogged && !HasEnded(stream) && (!_isDual || (_placing && stream == _bodyStream) || HasRoom(_buffers[stream])));
            var bit = 1 << stream;
            if (wanted != ((_readInterest & bit) != 0))
            {
                _readInterest ^= bit;
                UpdateInterest(stream, wanted, (_writeBlocked & bit) != 0);
            }
        }
    }
}
