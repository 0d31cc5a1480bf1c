using System.Net;
using System.Net.Sockets;
using System.Text;
using Accelio.Native.Linux;
using Xunit;
using SocketAddress = Accelio.Native.Linux.SocketAddress;

namespace Accelio.Reactive.Tests.Native;

public unsafe class SocketsTests
{
    [Theory]
    [InlineData("127.0.0.1", 1, 0)]
    [InlineData("10.20.30.40", 65535, 0)]
    [InlineData("::1", 4711, 0)]
    [InlineData("fe80::1234:5678:9abc:def0", 80, 3)]
    public void An_address_survives_the_way_through_the_kernels_layout(string text, int port, long scope)
    {
        var address = IPAddress.Parse(text);
        if (scope != 0)
        {
            address.ScopeId = scope;
        }

        var endPoint = new IPEndPoint(address, port);

        Assert.Equal(endPoint, SocketAddress.From(endPoint).ToEndPoint());
    }

    [Fact]
    public void The_kernels_layout_has_the_port_and_the_address_in_network_order()
    {
        var inet4 = SocketAddress.From(new IPEndPoint(IPAddress.Parse("1.2.3.4"), 0x1234));
        var inet6 = SocketAddress.From(new IPEndPoint(IPAddress.Parse("102:304::f%7"), 0x1234));

        Assert.Equal([2, 0, 0x12, 0x34, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0], new ReadOnlySpan<byte>(&inet4, inet4.Length).ToArray());
        Assert.Equal(
            [10, 0, 0x12, 0x34, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15, 7, 0, 0, 0],
            new ReadOnlySpan<byte>(&inet6, inet6.Length).ToArray());
    }

    [Fact]
    public void The_structures_have_the_sizes_of_the_kernels()
    {
        Assert.Equal(28, sizeof(SocketAddress));
        Assert.Equal(16, sizeof(IoVector));
        Assert.Equal(56, sizeof(MessageHeader));
        Assert.Equal(144, sizeof(ThreadUsage));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void A_connection_is_made_addressed_used_and_ended(string text)
    {
        var address = IPAddress.Parse(text);
        var family = address.AddressFamily == AddressFamily.InterNetworkV6 ? Sockets.FamilyInet6 : Sockets.FamilyInet;
        using var listener = New(Sockets.Create(family, Sockets.TypeStream | Sockets.TypeNonBlocking | Sockets.TypeCloseOnExec));
        Assert.Equal(0, Sockets.Bind(listener.Descriptor, new IPEndPoint(address, 0)));
        Assert.Equal(0, Sockets.Listen(listener.Descriptor, 4));
        Assert.Equal(0, Sockets.GetLocalAddress(listener.Descriptor, out var bound));

        using var client = New(Sockets.Create(family, Sockets.TypeStream | Sockets.TypeCloseOnExec));
        Assert.Equal(0, Sockets.Connect(client.Descriptor, bound.ToEndPoint()!));
        using var server = New(Sockets.Accept(listener.Descriptor, Sockets.TypeNonBlocking | Sockets.TypeCloseOnExec, out var peer));
        Sockets.GetLocalAddress(client.Descriptor, out var clientAddress);
        Sockets.GetRemoteAddress(server.Descriptor, out var remote);
        Assert.Equal(clientAddress.ToEndPoint(), peer.ToEndPoint());
        Assert.Equal(clientAddress.ToEndPoint(), remote.ToEndPoint());

        byte value = 42, received = 0;
        Assert.Equal(-Errno.Again, Sockets.Receive(server.Descriptor, &received, 1, Sockets.MessageDontWait));
        Assert.Equal(1, Sockets.Send(client.Descriptor, &value, 1, Sockets.MessageNoSignal));
        Assert.Equal(0, Sockets.Shutdown(client.Descriptor, Sockets.ShutdownWrite));
        Assert.Equal(1, Sockets.Receive(server.Descriptor, &received, 1, 0));
        Assert.Equal(42, received);
        Assert.Equal(0, Sockets.Receive(server.Descriptor, &received, 1, 0));
    }

    [Fact]
    public void Several_pieces_are_sent_and_received_in_one_call()
    {
        Sockets.CreatePair(Sockets.TypeStream | Sockets.TypeCloseOnExec, out var first, out var second);
        using var sender = New(first);
        using var receiver = New(second);
        Span<byte> bytes = [.. "header:body"u8];
        var target = stackalloc byte[16];
        fixed (byte* p = bytes)
        {
            var vectors = stackalloc IoVector[] { new() { Base = p, Length = 7 }, new() { Base = p + 7, Length = 4 } };
            var message = new MessageHeader { Vectors = vectors, VectorCount = 2 };
            Assert.Equal(11, Sockets.Send(sender.Descriptor, &message, Sockets.MessageNoSignal));
        }

        var pieces = stackalloc IoVector[] { new() { Base = target + 8, Length = 7 }, new() { Base = target, Length = 8 } };
        var incoming = new MessageHeader { Vectors = pieces, VectorCount = 2 };
        Assert.Equal(11, Sockets.Receive(receiver.Descriptor, &incoming, 0));

        Assert.Equal("header:", Encoding.ASCII.GetString(target + 8, 7));
        Assert.Equal("body", Encoding.ASCII.GetString(target, 4));
    }

    [Fact]
    public void Options_are_set_and_read_as_numbers_and_as_text()
    {
        using var socket = New(Sockets.Create(Sockets.FamilyInet, Sockets.TypeStream | Sockets.TypeCloseOnExec));

        Assert.Equal(0, Sockets.SetOption(socket.Descriptor, Sockets.LevelTcp, Sockets.OptionTcpNoDelay, 1));
        Assert.Equal(0, Sockets.GetOption(socket.Descriptor, Sockets.LevelTcp, Sockets.OptionTcpNoDelay, out int noDelay));
        Assert.NotEqual(0, noDelay);

        Assert.Equal(0, Sockets.SetOption(socket.Descriptor, Sockets.LevelTcp, Sockets.OptionTcpCongestion, "reno"u8));
        Span<byte> name = stackalloc byte[16];
        var length = Sockets.GetOption(socket.Descriptor, Sockets.LevelTcp, Sockets.OptionTcpCongestion, name);
        Assert.StartsWith("reno", Encoding.ASCII.GetString(name[..length]), StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_are_negated_error_numbers_with_words()
    {
        byte value = 0;
        var badDescriptor = Sockets.Send(-1, &value, 1, 0);
        using var socket = New(Sockets.Create(Sockets.FamilyInet, Sockets.TypeStream | Sockets.TypeCloseOnExec));
        var notConnected = Sockets.Send(socket.Descriptor, &value, 1, Sockets.MessageNoSignal);

        Assert.Equal(-Errno.BadDescriptor, badDescriptor);
        Assert.Equal(-Errno.BrokenPipe, notConnected);
        Assert.Contains("errno 32", Errno.Describe(notConnected), StringComparison.Ordinal);
        Assert.Equal(SocketError.ConnectionRefused, Errno.ToSocketError(-Errno.ConnectionRefused));
        Assert.Equal(SocketError.SocketError, Errno.ToSocketError(-9999));
    }

    private static DescriptorHandle New(int descriptor)
    {
        Assert.True(descriptor >= 0, Errno.Describe(descriptor));
        return new DescriptorHandle(descriptor);
    }
}
