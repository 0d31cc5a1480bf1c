using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>Callbacks that throw or block: told to whom it concerns, and nobody else is harmed.</summary>
public class BadCallbackTests
{
    [Theory]
    [InlineData("messages")]
    [InlineData("sessions")]
    [InlineData("events")]
    [InlineData("receipts")]
    [InlineData("requests")]
    [InlineData("scheduled action")]
    public async Task What_a_callback_throws_is_an_event_of_its_context_and_the_session_goes_on(string callback)
    {
        var unhandled = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync();
        pair.ServerContext.UnhandledExceptions.Merge(pair.ClientContext.UnhandledExceptions).Subscribe(unhandled.SetResult);

        await ThrowInAsync(callback, pair);

        Assert.Equal("mine", (await unhandled.Task.WaitAsync(Pair.Limit)).Message);
        Pair.Echo(pair.Server);
        await using var another = await pair.ConnectAsync();
        Assert.Equal(1, await another.RequestAsync(new byte[1], answer => answer.PayloadLength));
        Assert.Equal(SessionState.Established, pair.Session.State);
    }

    [Fact]
    public async Task An_observer_of_session_requests_that_throws_has_the_session_rejected()
    {
        await using var pair = await Pair.OpenAsync();
        pair.Server.SessionRequests.Subscribe(_ => throw new FormatException("mine"));

        var failure = await Assert.ThrowsAsync<SessionRejectedException>(() => pair.ConnectAsync());

        Assert.Equal(AccelioStatus.SessionRefused, failure.Status);
        Assert.Equal(SessionState.Established, pair.Session.State);
    }

    [Fact]
    public async Task A_callback_that_blocks_is_told_in_the_log_and_what_waited_goes_on()
    {
        using var log = new TextRecorder();
        await using var context = AccelioContext.Start(new AccelioContextOptions
        {
            Name = "slow one",
            LoggerFactory = log,
            SlowCallbackThreshold = TimeSpan.FromMilliseconds(50),
        });
        var options = new AccelioServerOptions { Context = context };
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), options);
        Pair.Echo(server);
        await using var session = await AccelioSession.ConnectAsync(server.EndPoint);
        using var release = new ManualResetEventSlim();
        using var blocking = server.Messages.Subscribe(_ => release.Wait(Pair.Limit));
        await session.SendAsync(new byte[1]);
        var waiting = session.RequestAsync(new byte[3], answer => answer.PayloadLength).AsTask();

        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(200)));
        release.Set();

        Assert.Equal(3, await waiting.WaitAsync(Pair.Limit));
        var line = await log.First(text => text.Contains("slow one", StringComparison.Ordinal)).WaitAsync(Pair.Limit);
        Assert.Contains("everything that lives there waited", line, StringComparison.Ordinal);
    }

    private static async Task ThrowInAsync(string callback, Pair pair)
    {
        static void Throw<T>(T value) => throw new FormatException("mine");
        switch (callback)
        {
            case "messages":
                pair.Accepted.Messages.Subscribe(Throw);
                await pair.Session.SendAsync(new byte[1]);
                break;
            case "sessions":
                pair.Server.Sessions.Subscribe(Throw);
                await (await pair.ConnectAsync()).DisposeAsync();
                break;
            case "events":
                pair.Session.Events.Subscribe(Throw);
                break;
            case "receipts":
                pair.Accepted.Messages.Subscribe(_ => { });
                pair.Session.Receipts.Subscribe(Throw);
                await pair.Session.SendAsync(new OutboundMessage(new byte[1]) { Options = MessageOptions.RequestReceipt });
                break;
            case "requests":
                pair.Accepted.Requests.Subscribe(Throw);
                _ = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask().ContinueWith(task => task.Exception, TaskScheduler.Default);
                break;
            case "scheduled action":
                pair.ClientContext.Scheduler.Schedule(0, (_, state) =>
                {
                    Throw(state);
                    return System.Reactive.Disposables.Disposable.Empty;
                });
                break;
            default:
                throw new ArgumentException(callback);
        }
    }
}
