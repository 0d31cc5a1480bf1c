using System.Net;
using Accelio.Transports;
using Accelio.Transports.Tcp;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>From URIs to addresses.</summary>
public class TcpResolverTests
{
    [Theory]
    [InlineData("tcp://127.0.0.1:2061", "127.0.0.1:2061")]
    [InlineData("tcp://127.0.0.1:2061/some/name", "127.0.0.1:2061")]
    [InlineData("tcp://[::1]:2061", "[::1]:2061")]
    [InlineData("tcp://[::]:0", "[::]:0")]
    [InlineData("tcp://0.0.0.0:80", "0.0.0.0:80")]
    public async Task Literals_need_no_name_service(string uri, string address)
    {
        var found = await new TcpTransport().ResolveAsync(new Uri(uri), CancellationToken.None);

        Assert.Equal(IPEndPoint.Parse(address), Assert.Single(found));
    }

    [Fact]
    public async Task A_name_has_all_its_addresses()
    {
        var found = await new TcpTransport().ResolveAsync(new Uri("tcp://localhost:2061"), CancellationToken.None);

        Assert.Contains(new IPEndPoint(IPAddress.Loopback, 2061), found);
        Assert.All(found, address => Assert.Equal(2061, ((IPEndPoint)address).Port));
    }

    [Theory]
    [InlineData("tcp://127.0.0.1", "names no port")]
    [InlineData("tcp://[::1]", "names no port")]
    [InlineData("tcp:///name", "names no host")]
    [InlineData("tcp://no-such-host.invalid:2061", "could not be resolved")]
    public async Task What_cannot_be_resolved_is_said_with_the_remedy(string uri, string reason)
    {
        var failure = await Refusal(new Uri(uri));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Matches("Write it|Check the name", failure.Message);
    }

    [Fact]
    public async Task A_relative_uri_names_no_host()
    {
        var failure = await Refusal(new Uri("some/path", UriKind.Relative));

        Assert.Contains("tcp://host:port", failure.Message, StringComparison.Ordinal);
    }

    private static Task<TransportException> Refusal(Uri uri) =>
        Assert.ThrowsAsync<TransportException>(async () => await new TcpTransport().ResolveAsync(uri, CancellationToken.None));
}
