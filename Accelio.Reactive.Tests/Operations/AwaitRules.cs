using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace Accelio.Reactive.Tests.Operations;

/// <summary>Where an await continues, row by row (docs/threads-and-awaits.md).</summary>
public class AwaitRules
{
    public static TheoryData<Beginning> Beginnings => [.. Enum.GetValues<Beginning>()];

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task An_await_goes_on_where_it_began(Beginning beginning)
    {
        await using var world = await AwaitWorld.OpenAsync();
        var awaiting = await world.BeginAsync(beginning, async () =>
        {
            await world.Session.RequestAsync(AwaitWorld.Message, _ => 0);
            return Place.Here;
        });
        Assert.False(awaiting.IsCompleted);

        await world.AnswerAsync();

        world.AssertIs(beginning, await awaiting.WaitAsync(Sessions.Pair.Limit));
    }

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task ConfigureAwait_false_leaves_everything_but_a_context(Beginning beginning)
    {
        await using var world = await AwaitWorld.OpenAsync();
        var awaiting = await world.BeginAsync(beginning, async () =>
        {
            await world.Session.RequestAsync(AwaitWorld.Message, _ => 0).ConfigureAwait(false);
            return Place.Here;
        });

        await world.AnswerAsync();

        var isContext = beginning is Beginning.OnTheSessionsContext or Beginning.OnAnotherContext;
        world.AssertIs(isContext ? beginning : Beginning.OnTheThreadPool, await awaiting.WaitAsync(Sessions.Pair.Limit));
    }

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task ContinueInline_goes_on_on_the_sessions_context_from_everywhere(Beginning beginning)
    {
        await using var world = await AwaitWorld.OpenAsync();
        var awaiting = await world.BeginAsync(beginning, async () =>
        {
            await world.Session.RequestAsync(AwaitWorld.Message with { Options = MessageOptions.ContinueInline }, _ => 0);
            var first = Place.Here;

            // It holds for one call: the next one goes by where it is awaited, which is the context now.
            await world.Session.RequestAsync(AwaitWorld.Message, _ => 0);
            return (First: first, Next: Place.Here);
        });

        await world.AnswerAsync();
        await world.AnswerAsync();

        var (first, next) = await awaiting.WaitAsync(Sessions.Pair.Limit);
        world.AssertIs(Beginning.OnTheSessionsContext, first);
        world.AssertIs(Beginning.OnTheSessionsContext, next);
    }

    [Fact]
    public async Task ContinueInline_goes_on_there_even_when_the_call_was_made_there_and_is_awaited_elsewhere()
    {
        await using var world = await AwaitWorld.OpenWithEchoAsync();
        var message = AwaitWorld.Message with { Options = MessageOptions.ContinueInline };
        for (var i = 0; i < 200; i++)
        {
            var request = default(ValueTask<int>);
            await world.Pair.ClientContext.RunAsync(_ =>
            {
                request = world.Session.RequestAsync(message, _ => 0);
                return default;
            });

            // Perhaps it has completed by now, perhaps it completes at this very moment.
            var awaiter = request.GetAwaiter();
            var continued = new TaskCompletionSource<AccelioContext?>(TaskCreationOptions.RunContinuationsAsynchronously);
            awaiter.UnsafeOnCompleted(() =>
            {
                awaiter.GetResult();
                continued.SetResult(AccelioContext.Current);
            });

            Assert.Same(world.Pair.ClientContext, await continued.Task.WaitAsync(Sessions.Pair.Limit));
        }
    }

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task An_await_of_what_has_completed_goes_on_at_once(Beginning beginning)
    {
        await using var world = await AwaitWorld.OpenWithEchoAsync();
        var awaiting = await world.BeginAsync(beginning, async () =>
        {
            var before = Place.Here;
            if (beginning == Beginning.OnTheSessionsContext)
            {
                // On its own context a small message leaves inside the call.
                var sending = world.Session.SendAsync(AwaitWorld.Message);
                Assert.True(sending.IsCompleted);
                await sending;
            }
            else
            {
                var request = world.Session.RequestAsync(AwaitWorld.Message, _ => 0);
                Assert.True(SpinWait.SpinUntil(() => request.IsCompleted, Sessions.Pair.Limit));
                await request;
            }

            return before == Place.Here;
        });

        Assert.True(awaiting.IsCompleted);
        Assert.True(await awaiting);
    }

    [Fact]
    public async Task A_continuation_never_runs_inside_the_call_that_completes_it()
    {
        await using var world = await AwaitWorld.OpenAsync();
        await world.Pair.ClientContext.RunAsync(async _ =>
        {
            var isInside = false;
            var request = AwaitAsync();
            isInside = true;
            world.Session.Dispose();
            isInside = false;

            Assert.False(await request);

            async Task<bool> AwaitAsync()
            {
                await Assert.ThrowsAsync<ConnectionLostException>(async () => await world.Session.RequestAsync(AwaitWorld.Message, _ => 0));
                return isInside;
            }
        });
    }

    [Theory]
    [InlineData(MessageOptions.None)]
    [InlineData(MessageOptions.ContinueInline)]
    public async Task Continuations_that_follow_one_another_do_not_deepen_the_stack(MessageOptions options)
    {
        await using var world = await AwaitWorld.OpenWithEchoAsync();
        var message = AwaitWorld.Message with { Options = options };

        var deepest = await world.Pair.ClientContext.RunAsync(async _ =>
        {
            var frames = 0;
            for (var i = 0; i < 2_000; i++)
            {
                await world.Session.RequestAsync(message, _ => 0, CancellationToken.None);
                await world.Other.SwitchTo();
                await world.Pair.ClientContext.SwitchTo();
                frames = i % 100 == 0 ? Math.Max(frames, new StackTrace(fNeedFileInfo: false).FrameCount) : frames;
            }

            return frames;
        });

        Assert.InRange(deepest, 1, 100);
    }

    [Fact]
    public async Task A_context_with_a_thread_installs_no_SynchronizationContext()
    {
        var seen = new ConcurrentQueue<(string Where, SynchronizationContext? What)>();
        void Note(string where) => seen.Enqueue((where, SynchronizationContext.Current));
        await using var pair = await Sessions.Pair.OpenAsync(server =>
        {
            server.Messages.Subscribe(_ => Note("OnNext"));
            server.Handle(request =>
            {
                Note("handler");
                return request.RespondAsync(new byte[1]);
            });
        });

        await pair.ClientContext.RunAsync(async _ =>
        {
            Note("RunAsync");
            await pair.Session.RequestAsync(new byte[1], _ => 0, CancellationToken.None);
            Note("continuation");
            await pair.Session.DeliverAsync(new byte[1], CancellationToken.None);
        });

        Assert.Equal(["RunAsync", "handler", "continuation", "OnNext"], seen.Select(note => note.Where));
        Assert.All(seen, note => Assert.Null(note.What));
    }

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task RunAsync_runs_on_the_context_and_comes_back(Beginning beginning)
    {
        await using var world = await AwaitWorld.OpenWithEchoAsync();
        await using var context = AccelioContext.Start();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = await world.BeginAsync(beginning, async () =>
        {
            var inside = await context.RunAsync(async _ =>
            {
                await release.Task;
                await context.SwitchTo();
                return Place.Here;
            });
            return (Inside: inside, Behind: Place.Here);
        });

        release.SetResult();

        var (inside, behind) = await running.WaitAsync(Sessions.Pair.Limit);
        Assert.Same(context, inside.Context);
        world.AssertIs(beginning, behind);
    }

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task SwitchTo_goes_to_the_context_from_everywhere(Beginning beginning)
    {
        await using var world = await AwaitWorld.OpenWithEchoAsync();
        var running = await world.BeginAsync(beginning, async () =>
        {
            await world.Other.SwitchTo();
            return Place.Here;
        });

        world.AssertIs(Beginning.OnAnotherContext, await running.WaitAsync(Sessions.Pair.Limit));
    }

    [Fact]
    public async Task SwitchTo_where_one_is_already_goes_on_at_once()
    {
        await using var context = AccelioContext.Start();

        await context.RunAsync(async _ =>
        {
            Assert.True(context.SwitchTo().IsCompleted);
            await context.SwitchTo();
        });
    }

    [Fact]
    public async Task A_context_that_is_gone_is_no_place_to_go_to()
    {
        var context = AccelioContext.Start();
        await context.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await context.SwitchTo());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await context.RunAsync(_ => default));
    }

    [Fact]
    public async Task Methods_that_open_and_close_come_back_to_the_context_that_called_them()
    {
        await using var context = AccelioContext.Start();
        await using var other = AccelioContext.Start();

        await context.RunAsync(async _ =>
        {
            var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), new AccelioServerOptions { Context = other });
            Assert.Same(context, AccelioContext.Current);
            var session = await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Context = other });
            Assert.Same(context, AccelioContext.Current);
            await server.StopListeningAsync();
            Assert.Same(context, AccelioContext.Current);
            await session.DisposeAsync();
            Assert.Same(context, AccelioContext.Current);
            await server.DisposeAsync();
            Assert.Same(context, AccelioContext.Current);
            await other.DisposeAsync();
            Assert.Same(context, AccelioContext.Current);
        });
    }
}
