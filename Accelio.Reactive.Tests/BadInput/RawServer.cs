using System.Net.Sockets;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>A raw server with its one client, over one socket: goes through the set-up as far as a test wants, and then sends what it
/// wants.</summary>
internal sealed class RawServer : RawEnd
{
    /// <summary>The id by which this server is addressed.</summary>
    public const uint Id = 7;

    public RawServer(ClientWorld world, Socket socket, bool isOurs)
        : base(world, isOurs, socket)
    {
        socket.Blocking = false;
        socket.NoDelay = true;
    }

    /// <summary>The client's request that is waiting: for a session, or one within it.</summary>
    public RawFrame Asked { get; private set; } = new(default, [], []);

    /// <summary>Takes the connect message and the link set-up of the client; answers nothing.</summary>
    public RawServer TakeIntroduction()
    {
        TakeBytes(ConnectMessage.Size);
        TakeSetup(isResponse: false);
        Stage = Stage.Introduced;
        return this;
    }

    /// <summary>Sets the link up and takes the client's request for a session; answers nothing.</summary>
    public RawServer OpenLink()
    {
        TakeIntroduction();
        Send(Setup());
        var request = TakeRequest(FrameType.SessionRequest);
        var payload = request.UserHeader.AsSpan();
        if (IsOurs)
        {
            Assert.True(MessageItems.TryParse(payload, out _, out var length, out var wrong), wrong);
            payload = payload[length..];
        }

        Assert.True(SessionSetupRequest.TryParse(payload, out var parsed, out var fault), fault);
        Session = parsed.SessionId;
        Stage = Stage.Linked;
        return this;
    }

    /// <summary>Opens the session.</summary>
    public RawServer OpenSession()
    {
        OpenLink();
        Send(SessionResponse(Accept()));
        Stage = Stage.InSession;
        return this;
    }

    /// <summary>The answer to the client's set-up message.</summary>
    public byte[] Setup(byte[]? block = null) => Setup(isResponse: true, block);

    /// <summary>The frame with an answer to the client's request for a session.</summary>
    public (byte[] Control, byte[] Data) SessionResponse(byte[] payload, bool withItems = true)
    {
        var header = new FrameHeader { Type = FrameType.SessionResponse, RemoteTask = Asked.Header.LocalTask };
        return !IsOurs ? Frame(header, payload)
            : Frame(header with { Flags = MessageFlags.Items }, withItems ? [.. SessionItems(), .. payload] : payload);
    }

    /// <summary>The payload that accepts.</summary>
    public static byte[] Accept()
    {
        var payload = new byte[SessionSetupResponse.MaxLength];
        var depths = new QueueDepths(1 << 20, 1 << 20, 1024, 1024);
        Assert.True(SessionSetupResponse.TryWriteAccept(payload, Id, depths, default, default, out var length));
        return payload[..length];
    }

    /// <summary>Waits for the client's next request of this kind.</summary>
    public RawFrame TakeRequest(FrameType type)
    {
        Asked = Take();
        Assert.Equal(type, Asked.Header.Type);
        return Asked;
    }
}
