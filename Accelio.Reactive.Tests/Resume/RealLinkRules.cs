using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>Real threads, real sockets: links that break again and again under load.</summary>
public class RealLinkRules
{
    private const int Requests = 4000;
    private const int Cuts = 12;

    public static TheoryData<string> Wires => ["tcp", "portable tcp", "streams", "slots"];

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Links_cut_again_and_again_under_load_cost_no_request(string wire)
    {
        var runs = new int[Requests];
        await using var pair = await Pair.OpenAsync(
            server => server.Handle(request => Count(runs, request)), options => options.Resume = true, options => options.Resume = true, wire: WireOf(wire));

        await WorkAsync(pair.Session);

        Assert.All(runs, count => Assert.Equal(1, count));
        Assert.Equal(SessionState.Established, pair.Accepted.State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sessions_over_several_contexts_keep_their_connections_wherever_the_next_link_leads(bool sharesPort)
    {
        var runs = new int[Requests];
        await using var world = await PortalWorld.OpenAsync(Sessions.Wire.Tcp(), servers: 2, clients: 2, options => (options.Resume, options.SharesPort) = (true, sharesPort));
        world.Server.Handle(request => Count(runs, request));
        await using var session = await world.ConnectAsync(2, options => options.Resume = true);

        await WorkAsync(session);

        Assert.All(runs, count => Assert.Equal(1, count));
        Assert.Equal(2, session.Connections.Count);
    }

    private static ValueTask Count(int[] runs, InboundRequest request)
    {
        Interlocked.Increment(ref runs[BitConverter.ToInt32(request.Payload.FirstSpan)]);
        return request.RespondAsync(request.Payload);
    }

    /// <summary>Asks from many threads, and breaks a link now and then.</summary>
    private static async Task WorkAsync(AccelioSession session)
    {
        var (next, resumed) = (-1, 0);
        using var subscription = session.Events.OfType<SessionResumed>().Subscribe(_ => Interlocked.Increment(ref resumed));
        Task[] workers = [.. Enumerable.Range(0, 32).Select(_ => Task.Run(AskAsync))];
        for (var cut = 1; cut <= Cuts; cut++)
        {
            var (after, sofar) = (cut * Requests / (Cuts + 2), cut);
            await Until.TrueAsync(() => Volatile.Read(ref next) >= after, () => $"{next} requests began");
            var connection = (ConnectionCore)session.Connections[cut % session.Connections.Count];
            await connection.Context.RunAsync(_ =>
            {
                connection.Machine.Machine.Link.Abort(LinkError.TransportFailed, "cut by the test");
                return default;
            });
            await Until.TrueAsync(() => Volatile.Read(ref resumed) == sofar, () => $"resumed {resumed} times after {sofar} cuts");
        }

        await Task.WhenAll(workers).WaitAsync(Pair.Limit);

        async Task AskAsync()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < Requests;)
            {
                var body = new byte[i % 50 == 0 ? 40_000 : 4 + (i % 100)];
                BitConverter.TryWriteBytes(body, i);
                Assert.Equal((i, body.Length), await session.RequestAsync(body, static answer => (BitConverter.ToInt32(answer.Payload.FirstSpan), (int)answer.PayloadLength)));
            }
        }
    }

    internal static Sessions.Wire WireOf(string name) => name switch
    {
        "tcp" => Sessions.Wire.Tcp(),
        "portable tcp" => Sessions.Wire.PortableTcp(),
        "streams" => Sessions.Wire.SimulatedStreams(),
        _ => Sessions.Wire.SimulatedSlots(),
    };
}
