using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Operations;

/// <summary>What user code throws into our calls ends neither the process nor a context, and is told.</summary>
public class ThrownExceptionRules
{
    public static TheoryData<Beginning> Beginnings => [.. Enum.GetValues<Beginning>()];

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task A_continuation_that_throws_is_reported_and_the_session_lives_on(Beginning beginning)
    {
        await using var world = await AwaitWorld.OpenAsync();
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Pair.ClientContext.UnhandledExceptions.Subscribe(exception => reported.TrySetResult(exception));
        world.Other.UnhandledExceptions.Subscribe(exception => reported.TrySetResult(exception));
        await await world.BeginAsync(beginning, () =>
        {
            world.Session.RequestAsync(AwaitWorld.Message, _ => 0).GetAwaiter().UnsafeOnCompleted(() => throw new FormatException("mine"));
            return Task.FromResult(0);
        });

        await world.AnswerAsync();

        Assert.IsType<FormatException>(await reported.Task.WaitAsync(Pair.Limit));
        Assert.Empty(world.Thread.Thrown);
        var next = world.Session.RequestAsync(AwaitWorld.Message, answer => answer.PayloadLength).AsTask();
        await world.AnswerAsync();
        Assert.Equal(1, await next.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task A_task_awaited_twice_refuses_the_second_await_and_serves_the_first()
    {
        await using var world = await AwaitWorld.OpenAsync();
        var first = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var awaiter = world.Session.RequestAsync(AwaitWorld.Message, answer => answer.PayloadLength).GetAwaiter();
        awaiter.UnsafeOnCompleted(() => first.SetResult(awaiter.GetResult()));

        Assert.Throws<InvalidOperationException>(() => awaiter.UnsafeOnCompleted(() => first.SetCanceled()));
        await world.AnswerAsync();

        Assert.Equal(1, await first.Task.WaitAsync(Pair.Limit));
        Assert.Throws<InvalidOperationException>(() => awaiter.GetResult());
        Assert.Throws<InvalidOperationException>(() => awaiter.UnsafeOnCompleted(() => { }));
    }

    [Fact]
    public async Task Continuations_added_twice_behind_the_end_are_refused_too()
    {
        await using var world = await AwaitWorld.OpenWithEchoAsync();
        await world.Pair.ClientContext.RunAsync(async _ =>
        {
            var request = world.Session.RequestAsync(AwaitWorld.Message, answer => answer.PayloadLength);
            while (!request.IsCompleted)
            {
                await world.Session.RequestAsync(AwaitWorld.Message, static answer => 0);
            }

            var ran = 0;
            var awaiter = request.GetAwaiter();
            awaiter.UnsafeOnCompleted(() => ran++);
            Assert.Throws<InvalidOperationException>(() => awaiter.UnsafeOnCompleted(() => ran++));
            for (var i = 0; i < 3; i++)
            {
                await world.Session.RequestAsync(AwaitWorld.Message, static answer => 0);
            }

            Assert.Equal(1, ran);
            Assert.Equal(10, awaiter.GetResult());
        });
    }

    [Fact]
    public async Task What_a_body_given_to_RunAsync_throws_comes_out_of_its_task()
    {
        await using var context = AccelioContext.Start();
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAsync<FormatException>(async () => await context.RunAsync<int>(_ => throw new FormatException()));
        var canceled = await Assert.ThrowsAsync<AccelioCanceledException>(async () =>
            await context.RunAsync(_ => throw new AccelioCanceledException("mine", AbortOutcome.NotSent, source.Token)));
        Assert.Equal(source.Token, canceled.CancellationToken);
    }

    [Fact]
    public async Task What_such_a_body_throws_and_nobody_awaits_is_reported()
    {
        await using var context = AccelioContext.Start();
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        context.UnhandledExceptions.Subscribe(exception => reported.TrySetResult(exception));
        Drop(context);

        for (var i = 0; i < 1000 && !reported.Task.IsCompleted; i++)
        {
            await context.RunAsync(_ => default);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.IsType<FormatException>(await reported.Task.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task A_callback_of_the_contexts_token_that_throws_does_not_keep_it_from_closing()
    {
        var pair = await Pair.OpenAsync();
        await pair.ClientContext.RunAsync(token =>
        {
            token.Register(() => throw new FormatException());
            return default;
        });

        await pair.ClientContext.DisposeAsync().AsTask().WaitAsync(Pair.Limit);

        Assert.Equal(SessionState.Closed, pair.Session.State);
        await pair.DisposeAsync();
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Drop(AccelioContext context) => _ = context.RunAsync(_ => throw new FormatException());
}
