using System.Net;
using System.Net.Sockets;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>A world that is about clients: they connect to a raw server, but for one session, which has a server that behaves.</summary>
internal sealed class ClientWorld : BadWorld
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<RawServer> _servers = [];

    public ClientWorld()
        : base(testsServer: false) => _listener.Start();

    /// <summary>Where the raw server listens.</summary>
    public Uri Url => new($"tcp://{_listener.LocalEndpoint}/x");

    /// <summary>Begins to connect a session to the raw server.</summary>
    public Task<AccelioSession> ConnectAsync(Action<AccelioSessionOptions>? configure = null)
    {
        var options = new AccelioSessionOptions { Context = Context };
        configure?.Invoke(options);
        return AccelioSession.ConnectAsync(Url, options).AsTask();
    }

    /// <summary>Waits for the client's connection.</summary>
    public RawServer Accept(bool isOurs = false)
    {
        Until(_listener.Pending);
        var server = new RawServer(this, _listener.AcceptSocket(), isOurs);
        _servers.Add(server);
        return server;
    }

    public override void Dispose()
    {
        base.Dispose();
        _servers.ForEach(server => server.Dispose());
        _listener.Dispose();
    }
}
