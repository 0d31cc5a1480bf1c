using System.Net;
using Accelio.Native.Linux;
using Accelio.Transports.Streams;

namespace Accelio.Transports.Simulated;

/// <summary>
/// A link over byte streams that exist in memory only: one, or control and data. Framing is that of TCP; bytes travel in packets, cut as a seed says,
/// and a bounded number of packets is under way, as with the buffers of a socket.
/// </summary>
internal sealed unsafe class SimulatedStreamLink : StreamLink, ISimulatedEnd
{
    private const int PacketLength = 32 << 10;

    private readonly SimulatedStream[] _streams;
    private readonly SimulatedPacketStore _packets;
    private readonly SimulatedListener? _listener;
    private readonly SimulatedStreamTurn _turn;
    private readonly int _maxAway;
    private bool _turnPosted;
    private bool _peerEnded;

    /// <summary>Creates a link that is not connected.</summary>
    public SimulatedStreamLink(in SimulatedLinkPlan plan, LinkOptions options)
        : base(plan.Poller, options, plan.IsClient, plan.DualStream)
    {
        _packets = new SimulatedPacketStore(plan.Poller, PacketLength);
        _maxAway = Math.Max(1, plan.Options.PipeCapacity / PacketLength);
        _listener = plan.Listener;
        _turn = new SimulatedStreamTurn(this);
        Port = new SimulatedPort(plan.Poller, this, plan.Local, plan.Remote);
        _streams = new SimulatedStream[plan.DualStream ? 2 : 1];
        for (var i = 0; i < _streams.Length; i++)
        {
            _streams[i] = new SimulatedStream(plan.Seed, plan.IsClient ? i : i + _streams.Length);
        }
    }

    /// <inheritdoc/>
    public SimulatedPort Port { get; }

    /// <inheritdoc/>
    public override EndPoint LocalEndPoint => Port.Local;

    /// <inheritdoc/>
    public override EndPoint RemoteEndPoint => Port.Remote;

    /// <summary>Gives the link its sink, before anything else.</summary>
    public void AttachSink(ILinkSink sink) => Attach(sink);

    /// <inheritdoc/>
    public void OnConnected()
    {
        if (!IsClosed)
        {
            Opened();
        }
    }

    /// <inheritdoc/>
    public void OnRefused(LinkError error, string reason) => Fail(error, reason);

    /// <inheritdoc/>
    public void OnPacket(SimulatedPacket packet)
    {
        var index = packet.Stream;
        var stream = _streams[index];
        stream.Arrived.Enqueue(packet);
        if (stream.WantRead)
        {
            Receive(index, Poller.Now);
        }
    }

    /// <inheritdoc/>
    public void OnPacketReturned(SimulatedPacket packet)
    {
        var index = packet.Stream;
        var stream = _streams[index];
        stream.Away--;
        packet.Store();
        if (stream.WantWrite)
        {
            OnStreamWritable(index, Poller.Now);
        }
    }

    /// <inheritdoc/>
    public void OnHungUp(bool abrupt)
    {
        if (abrupt)
        {
            Fail(LinkError.TransportFailed, "connection reset by the peer");
            return;
        }

        _peerEnded = true;
        for (var i = 0; i < _streams.Length; i++)
        {
            if (_streams[i].WantRead && !IsClosed)
            {
                Receive(i, Poller.Now);
            }
        }
    }

    /// <summary>The turn that a stream asked for.</summary>
    public void OnTurn()
    {
        _turnPosted = false;
        for (var i = 0; i < _streams.Length; i++)
        {
            var stream = _streams[i];
            if (stream.Ready && !IsClosed)
            {
                stream.Ready = false;
                Receive(i, Poller.Now);
            }
        }
    }

    /// <inheritdoc/>
    protected override int TryReceive(int stream, IoVector* vectors, int count)
    {
        var from = _streams[stream];
        var received = 0;
        var limit = 0;
        for (var i = 0; i < count; i++)
        {
            limit += (int)vectors[i].Length;
        }

        limit = from.ReadPolicy.Next(limit);
        for (var i = 0; i < count && received < limit; i++)
        {
            var target = new Span<byte>(vectors[i].Base, Math.Min((int)vectors[i].Length, limit - received));
            while (!target.IsEmpty && from.Arrived.TryPeek(out var packet))
            {
                var source = new ReadOnlySpan<byte>(packet.Pointer + from.Read, packet.Length - from.Read);
                var moved = Math.Min(source.Length, target.Length);
                source[..moved].CopyTo(target);
                target = target[moved..];
                received += moved;
                from.Read += moved;
                if (from.Read == packet.Length)
                {
                    from.Arrived.Dequeue();
                    from.Read = 0;
                    Port.Return(packet, succeeded: true);
                }
            }
        }

        if (received > 0 && (from.Arrived.Count > 0 || _peerEnded))
        {
            // A piece was cut short by the policy, not for want of bytes: whoever stops here must come back.
            MarkReady(stream);
        }

        return received > 0 ? received : _peerEnded ? 0 : WouldBlock;
    }

    /// <inheritdoc/>
    protected override int TrySend(int stream, IoVector* vectors, int count)
    {
        var to = _streams[stream];
        var sent = 0;
        var vector = 0;
        var offset = 0;
        while (vector < count && to.Away < _maxAway && Port.IsOpen)
        {
            var packet = _packets.Rent();
            var limit = to.WritePolicy.Next(PacketLength);
            var length = 0;
            while (length < limit && vector < count)
            {
                var moved = Math.Min((int)vectors[vector].Length - offset, limit - length);
                new ReadOnlySpan<byte>(vectors[vector].Base + offset, moved).CopyTo(new Span<byte>(packet.Pointer + length, moved));
                length += moved;
                offset += moved;
                if (offset == (int)vectors[vector].Length)
                {
                    vector++;
                    offset = 0;
                }
            }

            packet.Kind = SimulatedPacketKind.Data;
            packet.Stream = (byte)stream;
            packet.Length = length;
            if (!Port.Send(packet))
            {
                break;
            }

            to.Away++;
            sent += length;
        }

        return sent > 0 ? sent : Port.IsOpen ? WouldBlock : -Errno.BrokenPipe;
    }

    /// <inheritdoc/>
    protected override void UpdateInterest(int stream, bool wantRead, bool wantWrite)
    {
        var it = _streams[stream];
        if (wantRead && !it.WantRead && (it.Arrived.Count > 0 || _peerEnded))
        {
            MarkReady(stream);
        }

        it.WantRead = wantRead;
        it.WantWrite = wantWrite;
    }

    /// <inheritdoc/>
    protected override void MarkReady(int stream)
    {
        _streams[stream].Ready = true;
        if (!_turnPosted)
        {
            _turnPosted = true;
            Poller.Post(_turn);
        }
    }

    /// <inheritdoc/>
    protected override void ShutdownSend() => Port.EndSend();

    /// <inheritdoc/>
    protected override void CloseStreams()
    {
        // As a socket does: a reset when something was not read.
        var unread = false;
        foreach (var stream in _streams)
        {
            unread |= stream.Arrived.Count > 0;
            while (stream.Arrived.TryDequeue(out var packet))
            {
                Port.Return(packet, succeeded: false);
            }
        }

        Port.HangUp(unread);
        _packets.Close();
        _listener?.OnLinkClosed();
    }
}
