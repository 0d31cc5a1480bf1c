using System.Buffers;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The code of docs/requests-and-handlers.md.</summary>
public class RequestsAndHandlers
{
    [Fact]
    public async Task Three_ways_to_ask()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var session = pair.Session;
        var payload = new Tick(1, 2).ToBytes();

        // <snippet three-ways-to-ask>
        var price = await session.RequestAsync(payload, answer => Tick.Read(answer.Payload));       // read inside the call: cannot leak

        using (var answer = await session.RequestAsync(payload))                                    // owned until Dispose
        {
            price = Tick.Read(answer.Payload);
        }

        var limited = new OutboundMessage(payload) { Timeout = TimeSpan.FromSeconds(5) };
        using var other = await session.RequestAsync(limited, out var id);                          // the same, with the id of the request
        // </snippet>

        Assert.Equal(new Tick(1, 2), price);
        Assert.NotEqual(default, id);
    }

    [Fact]
    public async Task Giving_up_many()
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(request => new ValueTask(Task.Delay(Timeout.Infinite, request.Canceled))));
        var session = pair.Session;
        byte[][] questions = [new byte[1], new byte[2], new byte[3]];

        // <snippet batch>
        var batch = session.BeginBatch();
        var asking = questions.Select(question => batch.RequestAsync(question, answer => answer.PayloadLength).AsTask()).ToArray();

        var report = await batch.AbortAsync();
        var stopped = report.Count(AbortOutcome.CanceledWhileRunning);
        // </snippet>

        Assert.Equal(3, report.Count(AbortOutcome.NotSent) + stopped);
        foreach (var request in asking)
        {
            await Assert.ThrowsAsync<AccelioCanceledException>(() => request);
        }
    }

    [Fact]
    public async Task Passing_the_rest_of_the_time_on()
    {
        await using var backend = await Pair.OpenAsync(Pair.Echo);
        await using var pair = await Pair.OpenAsync();
        var (server, next) = (pair.Server, backend.Session);

        // <snippet pass-the-rest-on>
        server.Handle(async request =>
        {
            var question = new OutboundMessage(request.Payload) { Timeout = request.Remaining };
            using var answer = await next.RequestAsync(question, request.Canceled);
            await request.RespondAsync(answer.Payload);
        });
        // </snippet>

        Assert.Equal(3, await pair.Session.RequestAsync(new byte[3], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task Cold_requests()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var session = pair.Session;
        using var keys = new Subject<byte>();
        var shown = new TaskCompletionSource<byte>();
        void Show(byte value) => shown.TrySetResult(value);

        // <snippet cold>
        var latest = from answer in keys.Select(key => session.Request(new[] { key }, m => m.Payload.FirstSpan[0])
                                                              .Timeout(TimeSpan.FromSeconds(1))
                                                              .Retry(2))
                                        .Switch()                                   // a new key gives the request for the former one up
                     select answer;
        using var subscription = latest.Subscribe(value => Show(value));
        // </snippet>

        keys.OnNext(3);
        Assert.Equal(3, await shown.Task.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task Requests_for_each_item()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var session = pair.Session;
        string[] symbols = ["EURUSD", "EURCHF", "USDJPY"];

        // <snippet each>
        var lengths = session.RequestEach(
            symbols,
            concurrency: 64,                                                     // under way at a time
            symbol => Encoding.ASCII.GetBytes(symbol),
            (symbol, answer) => (symbol, answer.PayloadLength));                 // in the order in which the answers come
        var longest = await lengths.MaxBy(pair => pair.PayloadLength);
        // </snippet>

        Assert.Equal(3, longest.Count);
    }

    [Fact]
    public async Task Serving()
    {
        await using var pair = await Pair.OpenAsync();
        var server = pair.Server;

        // <snippet serve>
        server.Handle(async request =>
        {
            if (request.PayloadLength == 0)
            {
                await request.FailAsync(AccelioStatus.MessageInvalid, "ask for something");
                return;
            }

            var value = await ComputeAsync(request.Payload.FirstSpan[0], request.Canceled);        // stops when nobody waits any more
            await request.RespondAsync(value);
        });
        // </snippet>

        Assert.Equal(7, await pair.Session.RequestAsync(new byte[] { 7 }, answer => answer.Payload.FirstSpan[0]));
        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(Array.Empty<byte>(), _ => 0));
        Assert.Contains("ask for something", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answering_with_the_requests_own_bytes()
    {
        await using var pair = await Pair.OpenAsync();
        var server = pair.Server;

        // <snippet echo>
        server.Handle("/echo", request => request.RespondAsync(request.Payload));

        server.Handle("/slow-echo", async request =>
        {
            await AuditAsync(request.Canceled);
            await request.RespondAsync(new OutboundMessage(request.Payload) { Header = request.Header });
        });
        // </snippet>

        foreach (var resource in (string[])["/echo", "/slow-echo"])
        {
            await using var session = await pair.ConnectAsync(resource: resource);
            var message = new OutboundMessage(new byte[] { 7, 8 }) { Header = new byte[] { 9 } };
            var (payload, header) = await session.RequestAsync(message, answer => (answer.Payload.ToArray(), answer.Header.ToArray()));
            Assert.Equal([7, 8], payload);
            Assert.Equal(resource == "/echo" ? [] : new byte[] { 9 }, header);
        }
    }

    private static async Task AuditAsync(CancellationToken canceled)
    {
        await Task.Yield();
        canceled.ThrowIfCancellationRequested();
    }

    private static async Task<byte[]> ComputeAsync(byte value, CancellationToken canceled)
    {
        await Task.Yield();
        canceled.ThrowIfCancellationRequested();
        return [value];
    }
}
