using System.Net;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Sessions that connect from a certain address of the machine.</summary>
public class LocalAddressTests
{
    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.77");

    [Theory]
    [InlineData(TcpEngine.Epoll, false)]
    [InlineData(TcpEngine.Epoll, true)]
    [InlineData(TcpEngine.Portable, false)]
    [InlineData(TcpEngine.Portable, true)]
    public async Task The_server_sees_the_address_that_was_chosen(TcpEngine engine, bool dual)
    {
        await using var world = await BindAsync(engine);
        var from = new TaskCompletionSource<EndPoint>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var accepting = world[0].SessionRequests.Subscribe(request =>
        {
            from.TrySetResult(request.RemoteEndPoint);
            request.Accept();
        });
        world[0].Handle(request => request.RespondAsync(request.Payload));

        await using var session = await world.ConnectAsync(world[0].EndPoint, options => (options.LocalAddress, options.DualSocket) = (Other, dual));

        Assert.Equal(Other, ((IPEndPoint)await from.Task.WaitAsync(Pair.Limit)).Address);
        Assert.Equal(Other, ((IPEndPoint)session.LocalEndPoint!).Address);
        Assert.Equal(2, await session.RequestAsync(new byte[2], answer => answer.PayloadLength));
    }

    [Theory]
    [InlineData(TcpEngine.Epoll, "192.0.2.1")]
    [InlineData(TcpEngine.Epoll, "::1")]
    [InlineData(TcpEngine.Portable, "192.0.2.1")]
    [InlineData(TcpEngine.Portable, "::1")]
    public async Task An_address_that_is_not_of_this_machine_or_of_the_other_family_is_named_in_the_failure(TcpEngine engine, string address)
    {
        await using var world = await BindAsync(engine);

        var failure = await Assert.ThrowsAnyAsync<AccelioException>(async () =>
            await world.ConnectAsync(world[0].EndPoint, options => options.LocalAddress = IPAddress.Parse(address)));

        Assert.Contains($"from {address}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_from_different_addresses_share_no_link_whatever_their_group()
    {
        await using var world = await BindAsync(TcpEngine.Epoll);

        await using var one = await world.ConnectAsync(world[0].EndPoint, options => options.LinkGroup = "group");
        await using var same = await world.ConnectAsync(world[0].EndPoint, options => options.LinkGroup = "group");
        await using var other = await world.ConnectAsync(world[0].EndPoint, options => (options.LinkGroup, options.LocalAddress) = ("group", Other));

        Assert.Equal(one.LocalEndPoint, same.LocalEndPoint);
        Assert.NotEqual(one.LocalEndPoint, other.LocalEndPoint);
    }

    private static Task<Servers> BindAsync(TcpEngine engine) => Servers.BindAsync(engine == TcpEngine.Epoll ? Wire.Tcp() : Wire.PortableTcp(), 1);
}
