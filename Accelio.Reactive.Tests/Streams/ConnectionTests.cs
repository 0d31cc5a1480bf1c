using System.Net;
using System.Text;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

public class ConnectionTests
{
    [Fact]
    public async Task A_session_lists_its_connections_and_each_knows_its_ends()
    {
        await using var pair = await Pair.OpenAsync();

        var near = Assert.Single(pair.Session.Connections);
        var far = Assert.Single(pair.Accepted.Connections);

        Assert.Same(pair.Session, near.Session);
        Assert.Same(pair.ClientContext, near.Context);
        Assert.True(near.IsLead && far.IsLead);
        Assert.Equal(pair.Server.EndPoint.Port, Assert.IsType<IPEndPoint>(near.RemoteEndPoint).Port);
        Assert.Equal(near.LocalEndPoint, far.RemoteEndPoint);
        Assert.Equal((0, 0L), (near.QueuedMessages, near.QueuedBytes));

        await pair.Session.DisposeAsync();

        Assert.Empty(pair.Session.Connections);
        Assert.Equal(near.LocalEndPoint, far.RemoteEndPoint);
    }

    [Fact]
    public async Task A_connection_has_the_verbs_of_its_session()
    {
        var seen = new List<int>();
        await using var pair = await Pair.OpenAsync(server =>
        {
            Pair.Echo(server);
            server.Messages.Read(m => m.PayloadLength).Subscribe(seen.Add);
        });
        var connection = pair.Session.Connections[0];

        await connection.SendAsync(new byte[1]);
        Assert.True(connection.TrySend(new byte[2], out _));
        var receipt = await connection.DeliverAsync(new byte[3]);
        var length = await connection.RequestAsync(new byte[4], answer => answer.PayloadLength);
        using var owned = await connection.RequestAsync(new byte[5]);

        Assert.True(receipt.Accepted);
        Assert.Equal([1, 2, 3], seen);
        Assert.Equal((4, 5), (length, owned.PayloadLength));
    }

    [Fact]
    public async Task A_message_names_its_connection_and_the_application_keeps_what_it_likes_there()
    {
        var counts = new List<int>();
        await using var pair = await Pair.OpenAsync(server => server.Messages.Subscribe(message =>
        {
            var connection = message.Connection!;
            connection.State = connection.State is int count ? count + 1 : 1;
            counts.Add((int)connection.State);
        }));

        for (var i = 0; i < 3; i++)
        {
            await pair.Session.DeliverAsync(new byte[1]);
        }

        Assert.Equal([1, 2, 3], counts);
        Assert.Equal(3, pair.Accepted.Connections[0].State);
    }

    [Fact]
    public async Task Messages_reach_the_observers_of_connection_session_and_server()
    {
        using var checks = new StreamChecks();
        var seen = new List<string>();
        await using var pair = await Pair.OpenAsync(server => server.Messages.CheckedOn(server.HomeContext, checks).Subscribe(_ => seen.Add("server")));
        pair.Accepted.Messages.CheckedOn(pair.ServerContext, checks).Subscribe(_ => seen.Add("session"));
        pair.Accepted.Connections[0].Messages.CheckedOn(pair.ServerContext, checks).Subscribe(_ => seen.Add("connection"));

        await pair.Session.DeliverAsync(new byte[1]);

        Assert.Equal(["connection", "session", "server"], seen);
    }

    [Fact]
    public async Task Requests_go_to_the_nearest_consumer()
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(request => request.RespondAsync("server"u8.ToArray())));
        async Task<string> AskAsync() => await pair.Session.RequestAsync(new byte[1], answer => Encoding.ASCII.GetString(answer.Payload));
        var before = await AskAsync();

        var session = pair.Accepted.Handle(request => request.RespondAsync("session"u8.ToArray()));
        var nearer = await AskAsync();
        var connection = pair.Accepted.Connections[0].Handle(request => request.RespondAsync("connection"u8.ToArray()));
        var nearest = await AskAsync();
        Assert.Throws<InvalidOperationException>(() => pair.Accepted.Connections[0].Requests.Subscribe(_ => { }));
        connection.Dispose();
        session.Dispose();

        Assert.Equal(["server", "session", "connection", "server"], [before, nearer, nearest, await AskAsync()]);
    }

    [Fact]
    public async Task What_waits_for_the_window_is_counted()
    {
        var kept = new List<InboundMessage>();
        await using var pair = await Pair.OpenAsync(
            server => server.Messages.Subscribe(message => kept.Add(message.Retain())),
            server: options => options.WindowMessages = 2);
        var connection = pair.Session.Connections[0];
        var sends = await pair.ClientContext.RunAsync(_ =>
        {
            var tasks = Enumerable.Range(0, 5).Select(_ => connection.SendAsync(new byte[10]).AsTask()).ToArray();
            Assert.Equal((3, 30L), (connection.QueuedMessages, connection.QueuedBytes));
            return new ValueTask<Task<MessageId>[]>(tasks);
        });

        var all = Task.WhenAll(sends).WaitAsync(Pair.Limit);
        while (!all.IsCompleted)
        {
            await pair.ServerContext.RunAsync(_ =>
            {
                kept.ForEach(message => message.Dispose());
                kept.Clear();
                return default;
            });
        }

        await all;

        Assert.Equal((0, 0L), (connection.QueuedMessages, connection.QueuedBytes));
    }

    [Fact]
    public async Task A_connection_that_is_over_fails_calls_and_ends_its_streams()
    {
        await using var pair = await Pair.OpenAsync();
        var connection = pair.Session.Connections[0];
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Messages.Subscribe(_ => { }, ended.SetException, ended.SetResult);

        await pair.Session.DisposeAsync();

        await ended.Task.WaitAsync(Pair.Limit);
        await Assert.ThrowsAsync<ConnectionLostException>(async () => await connection.RequestAsync(new byte[1], _ => 0));
        await Assert.ThrowsAsync<ConnectionLostException>(async () => await connection.SendAsync(new byte[1]));
        Assert.False(connection.TrySend(new byte[1], out _));
    }
}
