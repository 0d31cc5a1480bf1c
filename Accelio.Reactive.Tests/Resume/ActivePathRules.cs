using System.Net;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Xunit;
using static Accelio.Reactive.Tests.Resume.PathWorld;
using static Accelio.Reactive.Tests.Resume.ResumeWorld;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>All paths are active: a session has connections on each, and when one fails its connections go on over the others.</summary>
public class ActivePathRules
{
    public static TheoryData<SimulatedLinkKind> Kinds => [SimulatedLinkKind.Stream, SimulatedLinkKind.Slots];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_path_failing_costs_no_request(SimulatedLinkKind kind)
    {
        for (var moment = 0; moment < 20; moment++)
        {
            using var world = Open(kind, seed: moment, contexts: 1 + (moment % 2));
            world.Handler = world.AnswerLater;
            var session = Connect(world, PathMode.ActiveActive, static options => (options.DetectWithin, options.Selection) = (Second, ConnectionSelection.RoundRobin));
            Assert.Equal([$"{One}", $"{Two}"], session.Connections.Select(From).Order());
            Task<int>[] asked = [.. Enumerable.Range(0, 60).Select(i => AskAsync(session, (byte)i, 1 + (i % 9 * 3000)))];
            world.Advance(TimeSpan.FromMilliseconds(moment));

            _ = moment % 3 == 0 ? world.Faults.Partition($"{Two}", "server") : world.Faults.Partition($"{Two}", "server").CutLinks($"{Two}", "server");
            var answers = world.Network.Run(() => Task.WhenAll(asked));

            Assert.Equal(Enumerable.Range(0, 60).Select(i => Answer((byte)i, 1 + (i % 9 * 3000))), answers);
            Assert.Equal(Enumerable.Range(0, 60), world.Ran.Order());
            Assert.Equal([$"{One}", $"{One}"], session.Connections.Select(From));
        }
    }

    [Theory]
    [InlineData(PathMode.ActiveActive)]
    [InlineData(PathMode.ActiveStandby)]
    public async Task Over_tcp_from_two_addresses_of_this_machine_a_path_that_is_cut_costs_no_request(PathMode mode)
    {
        const int Requests = 400;
        IPAddress[] addresses = [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")];
        var runs = new int[Requests];
        await using var pair = await Pair.OpenAsync(
            server => server.Handle(request =>
            {
                Interlocked.Increment(ref runs[BitConverter.ToInt32(request.Payload.FirstSpan)]);
                return request.RespondAsync(request.Payload);
            }),
            options => options.Resume = true,
            options => (options.Resume, options.PathMode, options.Paths) = (true, mode, [.. addresses.Select(static address => new SessionPath(address))]));
        var session = pair.Session;
        Assert.Equal(mode == PathMode.ActiveActive ? addresses : addresses[..1], session.Connections.Select(LocalOf).OrderBy(static address => address.ToString(), StringComparer.Ordinal));

        var answered = 0;
        Task[] workers = [.. Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = worker; i < Requests; i += 8)
            {
                Assert.Equal(i, await session.RequestAsync(BitConverter.GetBytes(i), static answer => BitConverter.ToInt32(answer.Payload.FirstSpan)));
                Interlocked.Increment(ref answered);
            }
        }))];
        foreach (var limit in (int[])[Requests / 4, Requests / 2])
        {
            await Until.TrueAsync(() => Volatile.Read(ref answered) >= limit, () => $"{answered} answers");
            var connection = (ConnectionCore)session.Connections[0];
            await connection.Context.RunAsync(_ =>
            {
                connection.Machine.Machine.Link.Abort(LinkError.TransportFailed, "cut by the test");
                return default;
            });
        }

        await Task.WhenAll(workers).WaitAsync(Pair.Limit);

        Assert.All(runs, static count => Assert.Equal(1, count));
        Assert.Equal(SessionState.Established, session.State);
    }

    [Fact]
    public void Paths_that_make_no_sense_are_refused()
    {
        Refused<ArgumentException>(static options => options.Paths = [new SessionPath(One), new SessionPath(One)], "give it another local address");
        Refused<ArgumentException>(static options => (options.Paths, options.Resume) = ([new SessionPath(One)], false), "Set Resume to true");
        Refused<ArgumentException>(static options => options.Paths = [null!], "Paths[0] is null");
        Refused<ArgumentException>(static options => (options.Paths, options.OwnLink) = ([new SessionPath(One)], true), "set OwnLink to false");
        Refused<ArgumentException>(static options => (options.Paths, options.ConnectionsPerContext) = ([new SessionPath(One)], 2), "use ActiveActive");
        Refused<ArgumentOutOfRangeException>(static options => options.PathMode = (PathMode)7, "PathMode must be from 0 to 1");
        Assert.Contains("name the local address", Assert.Throws<ArgumentException>(static () => new SessionPath()).Message, StringComparison.Ordinal);
        Assert.Contains("tcp://host:port", Assert.Throws<ArgumentException>(static () => new SessionPath(server: new Uri("host", UriKind.Relative))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_the_client_does_not_have_is_named()
    {
        using var world = Open();

        var failure = Assert.ThrowsAny<AccelioException>(() => world.Connect(static options => options.Paths = [new SessionPath(IPAddress.Parse("10.9.9.9"))]));

        Assert.Contains("10.9.9.9", failure.Message, StringComparison.Ordinal);
        Assert.Contains("another one", Assert.Throws<ArgumentException>(() => world.Network.Host("server").AddAddress(One)).Message, StringComparison.Ordinal);
    }

    private static void Refused<T>(Action<AccelioSessionOptions> configure, string says)
        where T : Exception
    {
        var options = new AccelioSessionOptions { Resume = true };
        configure(options);
        Assert.Contains(says, Assert.Throws<T>(options.Validate).Message, StringComparison.Ordinal);
    }

    private static IPAddress LocalOf(AccelioConnection connection) => ((IPEndPoint)connection.LocalEndPoint).Address;
}
