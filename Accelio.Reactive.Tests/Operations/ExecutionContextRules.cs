using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Operations;

/// <summary>The ExecutionContext, that is AsyncLocals, flows when the flag of an await says so and not otherwise.</summary>
public class ExecutionContextRules
{
    private static readonly AsyncLocal<string?> Local = new();

    public static TheoryData<Beginning> Beginnings => [.. Enum.GetValues<Beginning>()];

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task A_continuation_registered_with_the_flag_sees_the_locals_and_one_without_does_not(Beginning beginning)
    {
        await using var world = await AwaitWorld.OpenAsync();
        var flowing = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var plain = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await await world.BeginAsync(beginning, () =>
        {
            Local.Value = "flows";
            world.Session.RequestAsync(AwaitWorld.Message, _ => 0).GetAwaiter().OnCompleted(() => flowing.SetResult(Local.Value));
            world.Session.RequestAsync(AwaitWorld.Message, _ => 0).GetAwaiter().UnsafeOnCompleted(() => plain.SetResult(Local.Value));
            Local.Value = null;
            return Task.FromResult(0);
        });

        await world.AnswerAsync();
        await world.AnswerAsync();

        Assert.Equal("flows", await flowing.Task.WaitAsync(Pair.Limit));
        Assert.Null(await plain.Task.WaitAsync(Pair.Limit));
    }

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task In_an_async_method_locals_are_the_same_behind_the_await(Beginning beginning)
    {
        await using var world = await AwaitWorld.OpenAsync();
        var awaiting = await world.BeginAsync(beginning, async () =>
        {
            Local.Value = "mine";
            await world.Session.RequestAsync(AwaitWorld.Message, _ => 0);
            return Local.Value;
        });

        await world.AnswerAsync();

        Assert.Equal("mine", await awaiting.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task The_callers_locals_come_along_to_RunAsync_and_SwitchTo_and_go_no_further()
    {
        await using var context = AccelioContext.Start();
        Local.Value = "caller";

        await context.RunAsync(async _ =>
        {
            Assert.Equal("caller", Local.Value);
            Local.Value = "body";
            await context.SwitchTo();
        });

        Assert.Equal("caller", Local.Value);
        Local.Value = null;
        await context.RunAsync(_ =>
        {
            Assert.Null(Local.Value);
            return default;
        });
    }

    [Fact]
    public async Task A_local_that_a_callback_sets_is_not_seen_by_the_next_one()
    {
        var seen = new List<string?>();
        await using var pair = await Pair.OpenAsync(server => server.Handle(request =>
        {
            seen.Add(Local.Value);
            Local.Value = "left behind";
            return request.RespondAsync(request.Payload);
        }));

        for (var i = 0; i < 3; i++)
        {
            await pair.Session.RequestAsync(new byte[1], _ => 0);
        }

        Assert.Equal([null, null, null], seen);
    }
}
