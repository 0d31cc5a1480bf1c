using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>Real threads and sockets: sessions go back and forth between two servers while their clients work as hard as they can.</summary>
public class RealMigrationRules
{
    private const int Clients = 4;
    private const int Moves = 6;

    [Fact]
    public async Task Sessions_moved_back_and_forth_under_load_lose_nothing_run_nothing_twice_and_keep_their_order()
    {
        var last = new long[Clients];
        var faults = 0;
        await using var context = AccelioContext.Start();
        await using var one = AccelioContext.Start();
        await using var other = AccelioContext.Start();
        AccelioServer[] servers = [await ServeAsync(one), await ServeAsync(other)];
        var sessions = new AccelioSession[Clients];
        for (var i = 0; i < Clients; i++)
        {
            sessions[i] = await AccelioSession.ConnectAsync(servers[0].EndPoint, new AccelioSessionOptions { Context = context, Resume = true });
        }

        using var stop = new CancellationTokenSource();
        Task<long>[] work = [.. Enumerable.Range(0, Clients).Select(client => Task.Run(() => WorkAsync(client)))];
        for (var move = 0; move < Moves; move++)
        {
            var before = Volatile.Read(ref last[0]);
            await Until.TrueAsync(() => Volatile.Read(ref last[0]) > before + 50, () => $"{last[0]} requests of the first client");
            var report = await servers[move % 2].MigrateAsync(static _ => true, servers[(move + 1) % 2].EndPoint, new MigrationOptions { Limit = Pair.Limit });
            Assert.True(report.IsComplete, string.Join("; ", report.Sessions.Select(static session => session.Detail)));
            Assert.Equal(Clients, report.Left);
        }

        await stop.CancelAsync();
        for (var i = 0; i < Clients; i++)
        {
            Assert.Equal(await work[i].WaitAsync(Pair.Limit), last[i]);
            await sessions[i].DisposeAsync();
        }

        Assert.Equal(0, Volatile.Read(ref faults));
        await servers[0].DisposeAsync();
        await servers[1].DisposeAsync();

        async Task<AccelioServer> ServeAsync(AccelioContext where)
        {
            var server = await AccelioServer.BindAsync(
                new Uri("tcp://127.0.0.1:0"),
                new AccelioServerOptions { Context = where, Resume = true, HandOver = SessionHandOver.Stateless, MigrationKey = MigrationWorld.Key });
            server.Handle(request =>
            {
                var body = request.Payload.FirstSpan;
                var number = BitConverter.ToInt64(body[1..]);
                if (Interlocked.Exchange(ref last[body[0]], number) != number - 1)
                {
                    Interlocked.Increment(ref faults);
                }

                return request.RespondAsync(request.Payload);
            });
            return server;
        }

        // Eight at a time, in order: each number one more than the last.
        async Task<long> WorkAsync(int client)
        {
            var asked = new Queue<Task<long>>();
            long number = 0;
            while (!stop.IsCancellationRequested)
            {
                number++;
                var body = new byte[number % 40 == 0 ? 20_000 : 9];
                body[0] = (byte)client;
                BitConverter.TryWriteBytes(body.AsSpan(1), number);
                asked.Enqueue(sessions[client].RequestAsync(body, static answer => BitConverter.ToInt64(answer.Payload.FirstSpan[1..])).AsTask());
                if (asked.Count == 8)
                {
                    Assert.Equal(number - 7, await asked.Dequeue());
                }
            }

            await Task.WhenAll(asked);
            return number;
        }
    }
}
