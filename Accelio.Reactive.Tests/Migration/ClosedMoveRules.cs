using Xunit;
using static Accelio.Reactive.Tests.Migration.MigrationWorld;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>A client closes its session at every moment of a move: what it has sent before arrives, once and in order, and the close takes no longer than it would have.</summary>
public class ClosedMoveRules
{
    private const int Sent = 6;
    private const int Moments = 60;

    // A few round trips, and far less than CloseTimeout, the work that is under way, or the limit of the move.
    private static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(200);

    /// <summary>How links are made, the contexts of each server, and whether work is under way for longer than the move may take.</summary>
    public static TheoryData<SimulatedLinkKind, int, bool> Worlds => new()
    {
        { SimulatedLinkKind.Stream, 1, false },
        { SimulatedLinkKind.Stream, 1, true },
        { SimulatedLinkKind.Slots, 1, false },
        { SimulatedLinkKind.Slots, 1, true },
        { SimulatedLinkKind.Stream, 3, false },
        { SimulatedLinkKind.Slots, 3, true },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Between_servers(SimulatedLinkKind kind, int contexts, bool isBusy) => CloseAtEveryMoment(kind, contexts, isBusy, static world => world.MoveAsync());

    [Theory]
    [InlineData(SimulatedLinkKind.Stream, false)]
    [InlineData(SimulatedLinkKind.Slots, false)]
    [InlineData(SimulatedLinkKind.Stream, true)]
    public void Between_the_portals_of_a_server(SimulatedLinkKind kind, bool isBusy) => CloseAtEveryMoment(
        kind, 3, isBusy, static world => world.Old.HomeContext.RunAsync(_ => world.Old.MigrateAsync((AccelioConnection _) => true, world.Old.Portals[2])).AsTask());

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Without_a_hand_over_what_does_not_arrive_fails_truthfully(int contexts)
    {
        for (var moment = 0; moment < Moments; moment++)
        {
            using var world = new MigrationWorld(configure: static (_, options) => (options.HandOver, options.MigrationKey) = (null, default), oldContexts: contexts, newContexts: contexts);
            var session = contexts == 1 ? world.Connect() : world.ConnectWide();
            _ = world.MoveAsync();
            world.Advance(TimeSpan.FromMilliseconds(moment));

            var sent = Send(session);
            var closing = session.DisposeAsync().AsTask();
            world.Advance(Prompt);

            Assert.True(closing.IsCompletedSuccessfully, $"moment {moment}: still closing");
            for (var i = 0; i < sent.Count; i++)
            {
                Assert.Equal(sent[i].IsCompletedSuccessfully, world.Arrived.Contains(i));
                Assert.True(sent[i].IsCompletedSuccessfully || !((AccelioException)sent[i].Exception!.InnerException!).MayHaveExecuted);
            }

            // The server begins to drain when it has asked, been answered, and said where to go: till then it takes all.
            Assert.True(world.Arrived.Count == Sent || moment >= 3 * Latency.TotalMilliseconds, $"moment {moment}: {world.Arrived.Count} of {Sent} arrived");
        }
    }

    private static void CloseAtEveryMoment(SimulatedLinkKind kind, int contexts, bool isBusy, Func<MigrationWorld, Task<MigrationReport>> move)
    {
        for (var moment = 0; moment < Moments; moment++)
        {
            using var world = new MigrationWorld(kind, oldContexts: contexts, newContexts: contexts);
            var session = contexts == 1 ? world.Connect() : world.ConnectWide();
            world.Handler = async request => await Task.Delay(isBusy ? 30 * Second : Latency, world.Network.TimeProvider, request.Canceled);
            var asked = session.RequestAsync(new byte[] { 99 }).AsTask();
            world.Advance(Latency * 2);
            var moving = move(world);
            world.Advance(TimeSpan.FromMilliseconds(moment * 2));

            var sent = Send(session);
            var closing = session.DisposeAsync().AsTask();
            world.Advance(Prompt);

            Assert.True(closing.IsCompletedSuccessfully, $"moment {moment}: still closing");
            Assert.All(sent, task => Assert.True(task.IsCompletedSuccessfully, $"moment {moment}: {task.Exception?.InnerException}"));
            Assert.Equal(Enumerable.Range(0, Sent), world.Arrived.Order());
            Assert.True(contexts != 1 || world.Arrived.SequenceEqual(Enumerable.Range(0, Sent)), $"moment {moment}: {string.Join(", ", world.Arrived)}");
            Assert.True(asked.IsCompleted);
            world.Advance(Second);
            Assert.True(moving.IsCompleted, $"moment {moment}: still moving");
        }
    }

    // Every second one is too long to be copied.
    private static List<Task> Send(AccelioSession session) =>
        [.. Enumerable.Range(0, Sent).Select(i => session.SendAsync(new OutboundMessage((byte[])[(byte)i, .. new byte[i % 2 * 20_000]]) { Key = KeyOf(i) }).AsTask())];
}
