using System.Buffers;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>A link to a server on libxio, with any number of sessions on it.</summary>
/// <param name="server">The server.</param>
/// <param name="link">The link.</param>
/// <param name="port">Where it was taken.</param>
internal sealed class WorldCLink(WorldCServer server, Link link, int port) : ILinkSink
{
    private readonly Dictionary<uint, WorldCConnection> _connections = [];
    private readonly Dictionary<uint, WorldCConnection> _asked = [];
    private readonly HashSet<uint> _ended = [];
    private uint _lastTask;

    public int Port => port;

    /// <summary>A connection of a session begins here.</summary>
    public WorldCConnection Add(WorldCSession session)
    {
        var connection = new WorldCConnection(server, this, session);
        server.Demand(_connections.TryAdd(session.Id, connection), $"gets a second connection of session {session.Id} on one link");
        connection.Begin();
        return connection;
    }

    /// <summary>A connection has ended.</summary>
    public void Remove(WorldCConnection connection)
    {
        _connections.Remove(connection.Session.Id);
        _ended.Add(connection.Session.Id);
        CloseIfEmpty();
    }

    /// <summary>Parts with all sessions, then with the link.</summary>
    public void Close()
    {
        foreach (var connection in _connections.Values.ToArray())
        {
            connection.Close();
        }

        CloseIfEmpty();
    }

    /// <summary>Ends at once.</summary>
    public void Abort(LinkError error, string detail) => link.Abort(error, detail);

    /// <summary>Sends what a frame is answered with.</summary>
    public void Answer(FrameType type, in FrameHeader asked, ReadOnlySpan<byte> payload) =>
        Send(new FrameHeader { Type = type, RemoteTask = asked.LocalTask, Serial = asked.Serial }, payload);

    /// <summary>Sends what has to be answered.</summary>
    public void Ask(WorldCConnection connection, FrameHeader header)
    {
        header.LocalTask = ++_lastTask;
        _asked.Add(header.LocalTask, connection);
        Send(header);
    }

    /// <summary>Sends a frame.</summary>
    public SendStatus Send(FrameHeader header, ReadOnlySpan<byte> payload = default, byte[]? body = null, RoomEntry[]? room = null)
    {
        scoped var frame = new OutboundFrame { Header = header, UserHeader = payload, Body = new ReadOnlySequence<byte>(body ?? []), PeerRoom = room };
        return link.Send(ref frame);
    }

    /// <inheritdoc/>
    public void OnOpened(Link opened)
    {
    }

    /// <inheritdoc/>
    public void OnSetup(Link opened, in LinkSetup setup, ReadOnlySpan<byte> trailer)
    {
        server.Demand((setup.Flags & LinkSetup.ReconnectFlag) == 0, "is asked to take a link back, which would end it");
        server.Demand(setup.Version == LinkSetup.ProtocolVersion, $"is asked for version {setup.Version}");
        var options = link.Options;
        var size = Math.Min(setup.BufferSize, (ulong)options.BufferSize);
        var answer = new LinkSetup
        {
            IsResponse = true,
            Version = LinkSetup.ProtocolVersion,
            Cid = (uint)server.Instance,
            BufferSize = size,
            MaxInParts = (uint)options.MaxInParts,
            MaxOutParts = (uint)options.MaxOutParts,
            MaxHeaderLength = (uint)options.MaxHeaderLength,
        };
        link.SendSetup(answer, default);
        link.Configure(setup, (int)size);
    }

    /// <inheritdoc/>
    public void OnArrival(Link from, ref InboundFrame frame)
    {
    }

    /// <inheritdoc/>
    public void OnFrame(Link from, ref InboundFrame frame)
    {
        var header = frame.Header;
        server.Demand((header.Flags & MessageFlags.Items) == 0, $"gets {header.Type} with an extension");
        if (header.Type.IsResponse())
        {
            OnAnswer(header);
        }
        else if (header.Type == FrameType.SessionRequest)
        {
            OnSessionRequest(frame);
        }
        else if (header.Type == FrameType.HelloRequest)
        {
            server.Greet(this, header);
        }
        else if (_connections.TryGetValue(header.Destination, out var connection))
        {
            connection.OnRequest(frame);
        }
        else
        {
            // Credits may still be under way when both sides have parted.
            server.Demand(header.Type == FrameType.CreditUpdate && _ended.Contains(header.Destination), $"gets {header.Type} for session {header.Destination}, which it has not");
        }
    }

    /// <inheritdoc/>
    public bool OnReceiveBufferReuse(Link from) => true;

    /// <inheritdoc/>
    public void OnReleased(Link from, SendToken token)
    {
    }

    /// <inheritdoc/>
    public void OnWritable(Link from)
    {
    }

    /// <inheritdoc/>
    public void OnClosed(Link from, LinkError error, string detail)
    {
        server.Demand(error < LinkError.BadConnectMessage, $"ends a link for {error}: {detail}");
        foreach (var connection in _connections.Values.ToArray())
        {
            connection.End();
        }

        server.Remove(this);
    }

    private unsafe void OnSessionRequest(in InboundFrame frame)
    {
        server.Demand(
            SessionSetupRequest.TryParse(new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength), out var request, out var fault), $"cannot read a session request: {fault}");
        server.Admit(this, frame.Header, request);
    }

    // libxio takes the task for an index, whatever it is.
    private void OnAnswer(in FrameHeader header)
    {
        server.Demand(_asked.Remove(header.RemoteTask, out var connection), $"gets {header.Type} for task {header.RemoteTask}, which would end it");
        connection?.OnAnswer(header.Type);
    }

    private void CloseIfEmpty()
    {
        if (server.IsEnding && _connections.Count == 0)
        {
            link.Close();
        }
    }
}
