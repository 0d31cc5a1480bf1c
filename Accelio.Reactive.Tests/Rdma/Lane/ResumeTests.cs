using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>Sessions go on over another queue pair when theirs is lost: nothing is lost, nothing happens twice. Only in the guest, whose wire may be pulled.</summary>
[Trait("Place", "Guest")]
public sealed class ResumeTests : IDisposable
{
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ran;

    public void Dispose() => GuestWire.Plug();

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_request_that_is_sent_into_a_wire_that_was_pulled_is_answered_once_when_the_wire_is_back(int length)
    {
        await using var pair = await OpenAsync();
        await AskAsync(pair, length);
        GuestWire.Pull();
        var asked = AskAsync(pair, length);
        await _lost.Task.WaitAsync(Pair.Limit);

        GuestWire.Plug();

        Assert.Equal(length, await asked.WaitAsync(Pair.Limit));
        await _resumed.Task.WaitAsync(Pair.Limit);
        Assert.Equal(2, Volatile.Read(ref _ran));
    }

    [Fact]
    public async Task An_answer_that_the_server_cannot_send_comes_when_the_wire_is_back()
    {
        var runs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(async () =>
        {
            runs.TrySetResult();
            await answers.Task;
        });
        var asked = AskAsync(pair, 9000);
        await runs.Task.WaitAsync(Pair.Limit);
        GuestWire.Pull();
        answers.SetResult();
        var next = AskAsync(pair, 1);
        await _lost.Task.WaitAsync(Pair.Limit);

        GuestWire.Plug();

        var lengths = await Task.WhenAll(asked, next).WaitAsync(Pair.Limit);
        Assert.Equal([9000, 1], lengths);
        Assert.Equal(2, Volatile.Read(ref _ran));
    }

    private static Task<int> AskAsync(Pair pair, int length) => pair.Session.RequestAsync(new byte[length], answer => (int)answer.PayloadLength).AsTask();

    private async Task<Pair> OpenAsync(Func<Task>? work = null)
    {
        var pair = await Pair.OpenAsync(
            server => server.Handle(async request =>
            {
                Interlocked.Increment(ref _ran);
                await (work?.Invoke() ?? Task.CompletedTask);
                await request.RespondAsync(request.Payload);
            }),
            WithResume,
            WithResume,
            wire: Wire.Rdma(RdmaAddresses.Server));
        pair.Session.Events.Subscribe(happened =>
        {
            if (happened is SessionReconnecting)
            {
                _lost.TrySetResult();
            }
            else if (happened is SessionResumed)
            {
                _resumed.TrySetResult();
            }
        });
        return pair;
    }

    private static void WithResume(AccelioPeerOptions options)
    {
        options.Resume = true;
        options.ResumeWindow = Patience.Seconds(120);
        options.DetectWithin = Patience.Seconds(1);
    }
}
