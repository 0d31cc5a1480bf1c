using System.Net;
using System.Net.Sockets;

namespace Accelio.Samples.Chaos;

/// <summary>A way to a server that can be cut: takes connections at a port of its own and carries their bytes to and fro. Any thread.</summary>
internal sealed class PathGate : IDisposable
{
    private readonly IPEndPoint _server;
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _sockets = [];
    private Socket? _listener;
    private TaskCompletionSource _carries = NewSignal();

    public PathGate(IPEndPoint server)
    {
        _server = server;
        Open(new IPEndPoint(IPAddress.Loopback, 0));
        EndPoint = (IPEndPoint)_listener!.LocalEndPoint!;
    }

    /// <summary>Where the way begins.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Done as soon as a connection through the gate has brought something from the server.</summary>
    public Task Carries => _carries.Task;

    /// <summary>Breaks all connections, and takes no more until <see cref="Reopen"/>.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
            foreach (var socket in _sockets)
            {
                socket.Dispose();
            }

            _sockets.Clear();
            _carries = NewSignal();
        }
    }

    /// <summary>Takes connections again.</summary>
    public void Reopen() => Open(EndPoint);

    public void Dispose() => Cut();

    private void Open(IPEndPoint address)
    {
        var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(address);
        listener.Listen();
        lock (_gate)
        {
            _listener = listener;
        }

        _ = AcceptAsync(listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;

                // Both ends are told at once when the gate is cut.
                client.LingerState = server.LingerState = new LingerOption(true, 0);
                if (!TryEnter(listener, client, server))
                {
                    return;
                }

                await server.ConnectAsync(_server);
                _ = CarryAsync(client, server, isAnswer: false);
                _ = CarryAsync(server, client, isAnswer: true);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The gate was cut.
        }
    }

    private bool TryEnter(Socket listener, Socket client, Socket server)
    {
        lock (_gate)
        {
            if (ReferenceEquals(listener, _listener))
            {
                _sockets.Add(client);
                _sockets.Add(server);
                return true;
            }
        }

        client.Dispose();
        server.Dispose();
        return false;
    }

    private async Task CarryAsync(Socket from, Socket to, bool isAnswer)
    {
        var buffer = new byte[64 << 10];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) != 0;)
            {
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }

                if (isAnswer)
                {
                    _carries.TrySetResult();
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The gate was cut, or one of the ends is gone.
        }

        from.Dispose();
        to.Dispose();
        lock (_gate)
        {
            _sockets.Remove(from);
            _sockets.Remove(to);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
