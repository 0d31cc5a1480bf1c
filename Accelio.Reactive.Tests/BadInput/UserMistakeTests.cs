using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>What callers do wrong fails at once or at the call that it concerns, with a text that says what, why, and what to do.</summary>
public class UserMistakeTests
{
    /// <summary>Mistake, exception, words that its text must have.</summary>
    public static TheoryData<string, Type, string[]> Mistakes => new()
    {
        { "connect by another scheme", typeof(ArgumentException), ["http://127.0.0.1:1/", "tcp://", "'server'"] },
        { "connect without a port", typeof(ArgumentException), ["tcp://127.0.0.1", "no port", "tcp://host:port", "'server'"] },
        { "connect without a host", typeof(ArgumentException), ["names no host", "tcp://host:port", "'server'"] },
        { "connect to a relative URI", typeof(ArgumentException), ["'/x'", "tcp://host:port", "'server'"] },
        { "connect to no URI", typeof(ArgumentNullException), ["'server'"] },
        { "connect to a host that is not there", typeof(AccelioException), ["no-such-host.invalid", "Check the name"] },
        { "connect where nobody listens", typeof(AccelioException), ["tcp://127.0.0.1:1", "refused"] },
        { "connect with too much private data", typeof(ArgumentOutOfRangeException), ["3701", "3700", "PrivateData"] },
        { "connect with a URI that is too long", typeof(ArgumentException), ["'server'", "3812", "shorten"] },
        { "connect on a context that is gone", typeof(ObjectDisposedException), ["context was disposed"] },
        { "bind by another scheme", typeof(ArgumentException), ["ftp://", "tcp://", "'endpoint'"] },
        { "bind a port that is in use", typeof(AccelioException), ["tcp://127.0.0.1", "in use", "choose another port"] },
        { "bind an address of another machine", typeof(AccelioException), ["192.0.2.1", "address of this machine"] },
        { "bind with an option that makes no sense", typeof(ArgumentOutOfRangeException), ["MaxLinks", "from 1 to", "0"] },
        { "send a message above the limit", typeof(ArgumentOutOfRangeException), ["'message'", "1025", "MaxMessageLength", "raise"] },
        { "send a header above the limit", typeof(AccelioException), ["257", "256", "payload"] },
        { "wait a negative time for an answer", typeof(ArgumentOutOfRangeException), ["message.Timeout", "InfiniteTimeSpan"] },
        { "answer above what the requester takes", typeof(AccelioException), ["2000000", "1000000", "MaxResponseLength"] },
        { "answer twice", typeof(InvalidOperationException), ["answered already", "exactly once"] },
        { "fail with success", typeof(ArgumentOutOfRangeException), ["Success", "RespondAsync"] },
        { "request on a session that was disposed", typeof(ConnectionLostException), ["closed already", "open another"] },
        { "send on a session that was disposed", typeof(ConnectionLostException), ["closed already", "open another"] },
        { "handle on a session that was disposed", typeof(ObjectDisposedException), ["has ended"] },
        { "handle on a server that was disposed", typeof(ObjectDisposedException), ["has ended"] },
        { "handle a resource on a server that was disposed", typeof(ObjectDisposedException), ["ServerCore"] },
        { "handle a resource without a slash", typeof(ArgumentException), ["'prices'", "begins with one slash"] },
        { "handle a resource twice", typeof(InvalidOperationException), ["/x", "dispose that one first"] },
        { "serve requests by two", typeof(InvalidOperationException), ["has a consumer already", "Publish()"] },
        { "read a message that is over", typeof(ObjectDisposedException), ["lease", "Retain()"] },
        { "take a result that is not there", typeof(InvalidOperationException), ["await the ValueTask"] },
        { "await twice", typeof(InvalidOperationException), ["only once"] },
        { "poll a context with a thread of its own", typeof(InvalidOperationException), ["AccelioContext.Manual()"] },
        { "switch to a context that is gone", typeof(ObjectDisposedException), ["context was disposed"] },
        { "schedule on a context that is gone", typeof(ObjectDisposedException), ["context was disposed"] },
        { "use a message that is none", typeof(InvalidOperationException), ["default(InboundMessage)"] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_told_in_words_that_help(string mistake, Type expected, string[] words)
    {
        await using var pair = await Pair.OpenAsync(
            server: options => options.MaxResponseLength = 500_000,
            client: options => (options.MaxMessageLength, options.MaxResponseLength) = (1024, 1_000_000));

        var failure = await Record.ExceptionAsync(() => MakeAsync(mistake, pair).WaitAsync(Pair.Limit));

        Assert.IsType(expected, failure);
        Assert.All(words, word => Assert.Contains(word, failure.Message, StringComparison.Ordinal));
    }

    private static async Task MakeAsync(string mistake, Pair pair)
    {
        var session = pair.Session;
        switch (mistake)
        {
            case "connect by another scheme":
                await AccelioSession.ConnectAsync(new Uri("http://127.0.0.1:1"));
                break;
            case "connect without a port":
                await AccelioSession.ConnectAsync(new Uri("tcp://127.0.0.1"));
                break;
            case "connect without a host":
                await AccelioSession.ConnectAsync(new Uri("tcp:///x"));
                break;
            case "connect to a relative URI":
                await AccelioSession.ConnectAsync(new Uri("/x", UriKind.Relative));
                break;
            case "connect to no URI":
                await AccelioSession.ConnectAsync(null!);
                break;
            case "connect to a host that is not there":
                await AccelioSession.ConnectAsync(new Uri("tcp://no-such-host.invalid:1"), Pair.WithPatience(new AccelioSessionOptions()));
                break;
            case "connect where nobody listens":
                await AccelioSession.ConnectAsync(new Uri("tcp://127.0.0.1:1"));
                break;
            case "connect with too much private data":
                await AccelioSession.ConnectAsync(pair.Server.EndPoint, new AccelioSessionOptions { PrivateData = new byte[3701] });
                break;
            case "connect with a URI that is too long":
                await AccelioSession.ConnectAsync(new Uri(pair.Server.EndPoint, new string('x', 3800)));
                break;
            case "connect on a context that is gone":
                await AccelioSession.ConnectAsync(pair.Server.EndPoint, new AccelioSessionOptions { Context = await GoneContextAsync() });
                break;
            case "bind by another scheme":
                await AccelioServer.BindAsync(new Uri("ftp://127.0.0.1:1"));
                break;
            case "bind a port that is in use":
                await AccelioServer.BindAsync(pair.Server.EndPoint);
                break;
            case "bind an address of another machine":
                await AccelioServer.BindAsync(new Uri("tcp://192.0.2.1:0"));
                break;
            case "bind with an option that makes no sense":
                await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), new AccelioServerOptions { MaxLinks = 0 });
                break;
            case "send a message above the limit":
                await session.SendAsync(new byte[1025]);
                break;
            case "send a header above the limit":
                await session.SendAsync(new OutboundMessage(new byte[1]) { Header = new byte[257] });
                break;
            case "wait a negative time for an answer":
                await session.RequestAsync(new OutboundMessage(new byte[1]) { Timeout = TimeSpan.FromSeconds(-2) });
                break;
            case "answer above what the requester takes":
                await ServeAsync(pair, request => request.RespondAsync(new byte[2_000_000]));
                break;
            case "answer twice":
                await ServeAsync(pair, async request =>
                {
                    await request.RespondAsync(new byte[1]);
                    await request.RespondAsync(new byte[1]);
                });
                break;
            case "fail with success":
                await ServeAsync(pair, request => request.FailAsync(AccelioStatus.Success));
                break;
            case "request on a session that was disposed":
                await session.DisposeAsync();
                await session.RequestAsync(new byte[1], _ => 0);
                break;
            case "send on a session that was disposed":
                await session.DisposeAsync();
                await session.SendAsync(new byte[1]);
                break;
            case "handle on a session that was disposed":
                await session.DisposeAsync();
                session.Handle(_ => default);
                break;
            case "handle on a server that was disposed":
                await pair.Server.DisposeAsync();
                pair.Server.Handle(_ => default);
                break;
            case "handle a resource on a server that was disposed":
                await pair.Server.DisposeAsync();
                pair.Server.Handle("/x", _ => default);
                break;
            case "handle a resource without a slash":
                pair.Server.Handle("prices", _ => default);
                break;
            case "handle a resource twice":
                pair.Server.Handle("/x", _ => default);
                pair.Server.Handle("/x", _ => default);
                break;
            case "serve requests by two":
                session.Handle(_ => default);
                session.Requests.Subscribe(_ => { });
                break;
            case "read a message that is over":
                Pair.Echo(pair.Server);
                var message = await session.RequestAsync(new byte[1]);
                message.Dispose();
                _ = message.Payload;
                break;
#pragma warning disable CA2012 // These are the mistakes.
            case "take a result that is not there":
                _ = session.RequestAsync(new byte[1], _ => 0).GetAwaiter().GetResult();
                break;
            case "await twice":
                Pair.Echo(pair.Server);
                var call = session.RequestAsync(new byte[1], _ => 0);
                await call;
                await call;
                break;
#pragma warning restore CA2012
            case "poll a context with a thread of its own":
                pair.ClientContext.Poll(TimeSpan.Zero);
                break;
            case "switch to a context that is gone":
                await (await GoneContextAsync()).SwitchTo();
                break;
            case "schedule on a context that is gone":
                using (Observable.Timer(TimeSpan.Zero, (await GoneContextAsync()).Scheduler).Subscribe())
                {
                }

                break;
            case "use a message that is none":
                _ = default(InboundMessage).Payload;
                break;
            default:
                throw new ArgumentException(mistake);
        }
    }

    private static async Task<AccelioContext> GoneContextAsync()
    {
        var context = AccelioContext.Start();
        await context.DisposeAsync();
        return context;
    }

    /// <summary>Serves one request and fails as its handler does.</summary>
    private static async Task ServeAsync(Pair pair, Func<InboundRequest, ValueTask> handler)
    {
        var served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var serving = pair.Server.Handle(async request =>
        {
            try
            {
                await handler(request);
                served.SetResult();
            }
            catch (Exception exception)
            {
                served.SetException(exception);
            }
        });
        _ = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask().ContinueWith(task => task.Exception, TaskScheduler.Default);
        await served.Task;
    }
}
