using Accelio.Native.Verbs;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>The bindings move bytes between two devices: what the transport is made of, before anything is made of it.</summary>
public sealed class VerbsTests : IDisposable
{
    private readonly VerbsEnd _client = new();
    private readonly VerbsEnd _server = new();

    public VerbsTests()
    {
        _server.Listen(RdmaAddresses.Server);
        _client.Connect(_server, RdmaAddresses.Client);
    }

    [Fact]
    public void This_machine_has_rdma() => Assert.Null(VerbsProbe.Explain(VerbsProbe.Look()));

    [Fact]
    public void A_message_arrives_in_a_receive_that_was_posted_for_it()
    {
        _server.PostReceive(7);
        "hello"u8.CopyTo(_client.Page);

        _client.Post(WorkOpcode.Send, 1, 5, WorkFlags.Inline);

        var arrived = _server.Complete();
        Assert.Equal((7UL, CompletionStatus.Success, CompletionOpcode.Receive, 5u), (arrived.Id, arrived.Status, arrived.Opcode, arrived.Length));
        Assert.True(_server.Page.StartsWith("hello"u8));
        var sent = _client.Complete();
        Assert.Equal((1UL, CompletionStatus.Success), (sent.Id, sent.Status));
    }

    [Fact]
    public void Bytes_are_written_into_the_peers_memory_and_read_out_of_it_while_the_peer_does_nothing()
    {
        "there"u8.CopyTo(_client.Page);
        _client.Post(WorkOpcode.Write, 1, 5, address: _server.Address, key: _server.Key);
        Assert.Equal(CompletionStatus.Success, _client.Complete().Status);
        Assert.True(_server.Page.StartsWith("there"u8));

        "back!"u8.CopyTo(_server.Page);
        _client.Post(WorkOpcode.Read, 2, 5, address: _server.Address, key: _server.Key);
        Assert.Equal(CompletionStatus.Success, _client.Complete().Status);
        Assert.True(_client.Page.StartsWith("back!"u8));
    }

    [Fact]
    public void A_wrong_key_is_refused_and_ends_the_connection()
    {
        _client.Post(WorkOpcode.Write, 1, 5, address: _server.Address, key: _server.Key ^ 0xff);

        Assert.Equal(CompletionStatus.RemoteAccess, _client.Complete().Status);
        Assert.Equal(-1, _server.Page.IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_disconnect_is_told_to_both_and_flushes_what_was_posted()
    {
        _server.PostReceive(7);

        _client.Disconnect();

        _server.Expect(ConnectionEventKind.Disconnected);
        _server.Disconnect();
        _client.Expect(ConnectionEventKind.Disconnected);
        Assert.Equal(CompletionStatus.Flushed, _server.Complete().Status);
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }
}
