using Accelio.Transports.Wire;

namespace Accelio.Transports.Streams;

/// <content>The set-up message, once each way (wire protocol, section 5).</content>
internal abstract unsafe partial class StreamLink
{
    private int _peerBufferSize;
    private int _peerMaxInParts = 1;
    private int _peerMaxOutParts = 1;

    /// <inheritdoc/>
    public override void SendSetup(in LinkSetup setup, ReadOnlySpan<byte> trailer)
    {
        if (_state is not (StreamLinkState.SettingUp or StreamLinkState.Ready))
        {
            return;
        }

        var length = TcpNexus.FrameLength(setup.IsResponse, trailer.Length);
        var p = _queues[ControlStream].Reserve(length, startsBulk: false);
        TcpNexus.Write(new Span<byte>(p, length), setup, trailer);
        MarkDirty();
    }

    /// <inheritdoc/>
    public override void Configure(in LinkSetup peer, int bufferSize)
    {
        if (_state != StreamLinkState.SettingUp)
        {
            return;
        }

        // A message to the peer may name as many parts as the peer can take in, and offer as many buffers as it can write out to. Nobody
        // needs more than a table that fits the buffer.
        _peerMaxInParts = (int)uint.Min(peer.MaxInParts, ushort.MaxValue);
        _peerMaxOutParts = (int)uint.Min(peer.MaxOutParts, ushort.MaxValue);
        _peerBufferSize = bufferSize;
        _smallBody = _isDual ? -1 : Math.Min(Options.CopyThreshold, Options.MaxInlineBody);
        LongestPlain = Math.Min(_smallBody, bufferSize - TcpFrame.HeaderSize - 1);
        _state = StreamLinkState.Ready;
    }

    // True when a message was delivered and there may be more to parse; false when bytes are missing or the link has closed.
    private bool ParseSetup(ReceiveBuffer control)
    {
        if (_state != StreamLinkState.SettingUp)
        {
            return false;
        }

        control.Needed = Tlv.Size;
        if (control.Length < Tlv.Size)
        {
            return false;
        }

        var error = TcpNexus.ReadTlv(new ReadOnlySpan<byte>(control.First, control.Length), IsClient, out var length, out var detail);
        if (error == LinkError.None && _setupReceived)
        {
            error = LinkError.UnexpectedFrame;
            detail = "tlv type: a second link set-up";
        }

        if (error != LinkError.None)
        {
            Fail(error, detail ?? string.Empty);
            return false;
        }

        if (control.Length < length)
        {
            control.Needed = length;
            return false;
        }

        var value = new ReadOnlySpan<byte>(control.First + Tlv.Size, length - Tlv.Size);
        error = TcpNexus.Read(value, IsClient, out var setup, out var trailer, out detail);
        if (error != LinkError.None)
        {
            Fail(error, detail ?? string.Empty);
            return false;
        }

        control.Start += length;
        control.Needed = 0;
        _setupReceived = true;
        _delivered = true;
        _sink!.OnSetup(this, setup, trailer);
        return _state != StreamLinkState.Closed;
    }
}
