using System.Globalization;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Text;
using Accelio.Reactive;

namespace Accelio.Samples.HelloWorld;

/// <summary>Asks a server, tells it something, and listens to what it sends.</summary>
internal static class HelloClient
{
    private const int PrintedAnswers = 3;

    /// <summary>Opens a session, talks, and closes it.</summary>
    public static async Task RunAsync(Uri url, int count, TimeSpan timeout, CancellationToken token)
    {
        var options = new AccelioSessionOptions { ConnectTimeout = timeout, SetupTimeout = timeout };
        await using var session = await AccelioSession.ConnectAsync(url, options, token);
        session.Events.Subscribe(happened => Console.WriteLine($"client: {happened}"));

        await AskAsync(session, count, token);
        if (session.AcceptedData.Span.SequenceEqual(HelloServer.Name.Span))
        {
            // libxio's hello world servers take requests only.
            await ListenAsync(session, token);
            await GiveUpAsync(session, token);
        }
    }

    private static async Task AskAsync(AccelioSession session, int count, CancellationToken token)
    {
        var question = Greeting.Request.ToMessage();
        for (var number = 1; number <= count; number++)
        {
            var answer = await session.RequestAsync(question, Greeting.Read, token);
            if (number <= PrintedAnswers)
            {
                Console.WriteLine($"client: answer {number}: {answer}");
            }
        }

        Console.WriteLine($"client: {count} requests, {count} answers");
    }

    private static async Task ListenAsync(AccelioSession session, CancellationToken token)
    {
        var hot = from celsius in session.Messages.Read(ReadTemperature)
                  where celsius > 30
                  select celsius;
        var firstThree = hot
            .Do(celsius => Console.WriteLine($"client: it is hot: {celsius.ToString(CultureInfo.InvariantCulture)} degrees"))
            .Take(3)
            .ToList()
            .ToTask(token);

        var receipt = await session.DeliverAsync(Greeting.Request.ToMessage(), token);
        Console.WriteLine($"client: receipt: {(receipt.Accepted ? "accepted" : "rejected")}");
        Console.WriteLine($"client: {(await firstThree).Count} hot days");
    }

    // What is given up here is given up at the server too: its handler is told.
    private static async Task GiveUpAsync(AccelioSession session, CancellationToken token)
    {
        var asking = session.RequestAsync(Greeting.SlowRequest.ToMessage(), out var id, token).AsTask();
        var report = await session.AbortAsync(id, token);
        try
        {
            (await asking).Dispose();
        }
        catch (AccelioCanceledException)
        {
            Console.WriteLine($"client: gave a slow request up: {report[id]}");
        }
    }

    private static double ReadTemperature(InboundMessage message) =>
        double.Parse(Encoding.UTF8.GetString(message.Payload), CultureInfo.InvariantCulture);
}
