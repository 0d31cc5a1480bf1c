using Accelio.Reactive.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>
/// Random worlds in virtual time: servers and clients on a network that breaks, from a seed, held against what the library guarantees. Every call ends once, a message comes to the peer at most once,
/// whole and in order, what senders are told of it is so, what follows from something else follows at once where nothing stands in the way, sessions tell one end and nothing after it, and when everything is over
/// credits are balanced, nothing is left and nothing is sent. Some clients and some servers are programs on libxio, played frame by frame, some sessions are moved from server to server, some have several paths. A failure prints the seed, and the
/// fewest steps that fail. ACCELIO_SEED runs one seed; ACCELIO_WORLDS, ACCELIO_FIRST and ACCELIO_PROGRESS say how many, from which on, and where a long run keeps how far it is.
/// </summary>
public class WorldTests(ITestOutputHelper output)
{
    private const int MostTries = 400;

    [Theory]
    [InlineData(8692278, WorldAge.First)] // answers for a session that was closed while it asked to go on, on a link that others share
    [InlineData(14253681, WorldAge.First)] // a close without credit on a link that others share
    [InlineData(2001046, WorldAge.First)] // an answer before the server's FIN, and behind it because another body had to be fetched first
    [InlineData(3011122, WorldAge.First)] // a close while the server was asked to go on, over a link that others share
    [InlineData(4006472, WorldAge.Journeys)] // a session that was broken off with its context, and told in the same turn where it goes on
    [InlineData(2058600, WorldAge.Journeys)] // a call while the new connection had no link and the old one was still draining: it went to the old one, and failed
    [InlineData(4007349, WorldAge.Journeys)] // a connection that went on at the next server before its session told of it
    [InlineData(7102351, WorldAge.Journeys)] // an answer to a hello that was given up, on a link that others share: the server kept a connection that the client had left
    [InlineData(4013050, WorldAge.Journeys)] // a call that was lost with its silent link, and was waited for until the time to come back was over
    [InlineData(6300306, WorldAge.Journeys)] // two connections of one machine that came back to several contexts, each with the other's booking, in step for ever
    [InlineData(31007957, WorldAge.Journeys)] // a session that had begun anew elsewhere, and failed over because of the rest of its old connection: nobody had the new one any more
    [InlineData(31005675, WorldAge.Journeys)] // a session over several contexts that was broken off in the moment in which it moved, and told so after its end
    [InlineData(5007290, WorldAge.Journeys)] // a C client that came back to a full window: what it sent again was read when there was room
    [InlineData(9015879, WorldAge.Journeys)] // a link that was lost while its client stood still: the client looked for it when it went on
    [InlineData(10031713, WorldAge.CServers)] // a client that came back to another context while its connection was handed over: it was told that there was none
    [InlineData(21097731, WorldAge.CServers)] // a session that was moved while one of its connections was drained: the rest of it was over one word between contexts later than it was reported
    [InlineData(31008812, WorldAge.CServers)] // a drain whose question was repeated on the next link, after the client had answered it unasked there: the server took the second answer for a violation
    [InlineData(71003403, WorldAge.CServers)] // a request that was under way when its session began anew elsewhere, lost there, and run again behind what the session had sent since
    [InlineData(10036886, WorldAge.CServers)] // a greeting that was repeated on the same link while its answer was under way: a C server got two connections of one session on it, and would have confused them
    [InlineData(5040511, WorldAge.CServers)] // a client that came back and was to go elsewhere: what it sent before it heard so ran behind what it sent there
    [InlineData(10029723, WorldAge.CServers)] // a session whose connections were at the next server, but not that which had set it up there: nobody told of it
    [InlineData(4011411, WorldAge.CServers)] // a session that failed over while it still had the rest of a connection from before: that was forgotten, and did not end with it
    [InlineData(8007977, WorldAge.CServers)] // a server that was drained while its last answer was long under way: the close behind it had no time for that, and cut it off
    [InlineData(6064838, WorldAge.CServers)] // a body that was under way for longer than silence may last: its link was taken for dead, and it was begun again, for ever
    [InlineData(5021041, WorldAge.CServers)] // a reader that paused and answered: the credits for that rode on messages which waited for it to go on
    [InlineData(5022115, WorldAge.CServers)] // a C client that came back to a full window: an answer that was there was sent when half of the window was free
    [InlineData(6037001, WorldAge.CServers)] // a grant that overtook the answer to a resume, which waited behind the bulk of another session: the credit was lost
    [InlineData(6024896, WorldAge.CServers)] // a FIN of a C server for a session that was waited for no longer: it was not answered, and the link was taken for dead
    [InlineData(4037897, WorldAge.CServers)] // handlers of 20 s each, one at a time: they had work for longer than they were waited for
    [InlineData(8001019, WorldAge.Journeys)] // a close while the server prepared to move the session: what was queued waited for the end of all work, until CloseTimeout
    [InlineData(3018531, WorldAge.First)] // a drain that waited for a last message which was given up without a link
    [InlineData(3019752, WorldAge.First)] // a pause until less is held, and what was held waited for an acknowledgement that was not read for the pause
    [InlineData(2013579, WorldAge.First)] // connections that came back to several contexts at once, each to that of another, again and again
    public void Worlds_that_broke_something_once_do_not_any_more(int seed, WorldAge age)
    {
        var plan = new WorldPlan(seed, age);

        Assert.Empty(WorldRun.Run(plan, plan.Steps).Violations);
    }

    [Fact]
    public void Random_worlds_keep_what_is_guaranteed()
    {
        var ends = new Dictionary<string, int>();
        var count = 0;
        foreach (var seed in Seeds.TakeOn(100))
        {
            var plan = new WorldPlan(seed);
            var history = WorldRun.Run(plan, plan.Steps);
            if (history.Violations.Count > 0)
            {
                Assert.Fail(Report(plan));
            }

            count++;
            foreach (var (end, times) in history.Ends)
            {
                ends[end] = ends.GetValueOrDefault(end) + times;
            }
        }

        output.WriteLine($"{count} worlds\n{string.Join('\n', ends.OrderByDescending(end => end.Value).Select(end => $"{end.Value,7} {end.Key}"))}");
        if (count >= 100)
        {
            // The worlds are not all peaceful, and not all lost.
            Assert.All((string[])["answered", "sent", "receipt, True", "canceled, NotSent", "ConnectionLostException SessionDisconnected", "C, answered", "C, receipt", "C, lost", "C server, answers", "Migrated", "BegunAnew", "Stayed"], end => Assert.Contains(end, ends.Keys));
        }
    }

    [Fact]
    public void A_long_run_that_was_interrupted_goes_on_behind_the_last_seed_that_passed()
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.Equal([5, 6, 7], Seeds.TakeOn(Enumerable.Range(5, 10), file).Take(3));
            Assert.Equal([7, 8, 9, 10, 11, 12, 13, 14], Seeds.TakeOn(Enumerable.Range(5, 10), file));
            Assert.Empty(Seeds.TakeOn(Enumerable.Range(5, 10), file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_same_seed_tells_the_same_story()
    {
        foreach (var seed in (int[])[11, 12, 13, 14, 15])
        {
            var plan = new WorldPlan(seed);
            var first = WorldRun.Run(plan, plan.Steps);
            var again = WorldRun.Run(new WorldPlan(seed), plan.Steps);

            Assert.NotEmpty(first.Trace);
            Assert.Equal(first.Trace, again.Trace);
        }
    }

    private static string Report(WorldPlan plan)
    {
        var steps = Shrink(plan);
        var history = WorldRun.Run(plan, steps);
        return $"ACCELIO_SEED={plan.Seed}: {string.Join("\n  ", history.Violations.Take(10))}\n{plan}\n{string.Join('\n', steps)}\n--\n{string.Join('\n', history.Trace)}";
    }

    // Leaves out what can be left out, first much at a time.
    private static IReadOnlyList<WorldStep> Shrink(WorldPlan plan)
    {
        var steps = plan.Steps;
        var tries = 0;
        for (var size = steps.Count / 2; size > 0; size /= 2)
        {
            for (var start = 0; start < steps.Count && tries < MostTries; tries++)
            {
                WorldStep[] fewer = [.. steps.Take(start), .. steps.Skip(start + size)];
                if (WorldRun.Run(plan, fewer).Violations.Count > 0)
                {
                    steps = fewer;
                }
                else
                {
                    start += size;
                }
            }
        }

        return steps;
    }
}
