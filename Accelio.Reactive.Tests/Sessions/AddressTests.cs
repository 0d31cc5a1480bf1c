using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>What becomes of addresses that are wrong, or where nobody is.</summary>
public class AddressTests
{
    [Fact]
    public async Task Nobody_there_and_nobody_answering_are_told_apart()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = (IPEndPoint)silent.LocalEndpoint;
        var options = new AccelioSessionOptions { ConnectTimeout = TimeSpan.FromMilliseconds(300) };

        var timeout = await Assert.ThrowsAsync<AccelioTimeoutException>(async () => await AccelioSession.ConnectAsync(new Uri($"tcp://{address}"), options));

        // Bound, so that nobody else can listen there, and not listening itself.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var refused = await Assert.ThrowsAsync<AccelioException>(async () => await AccelioSession.ConnectAsync(new Uri($"tcp://{deaf.LocalEndPoint}")));

        Assert.Contains("ConnectTimeout", timeout.Message, StringComparison.Ordinal);
        Assert.Equal(AccelioStatus.ConnectError, refused.Status);
    }

    [Fact]
    public async Task Bad_arguments_are_named()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await AccelioSession.ConnectAsync(new Uri("http://127.0.0.1:1")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await AccelioSession.ConnectAsync(new Uri("/x", UriKind.Relative)));
        await Assert.ThrowsAsync<AccelioException>(async () => await AccelioSession.ConnectAsync(new Uri("tcp://no-such-host.invalid:1"), Pair.WithPatience(new AccelioSessionOptions())));
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"));
        var inUse = await Assert.ThrowsAsync<AccelioException>(async () => await AccelioServer.BindAsync(server.EndPoint));

        Assert.Equal(AccelioStatus.BindFailed, inUse.Status);
    }
}
