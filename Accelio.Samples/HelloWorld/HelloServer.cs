using System.Globalization;
using System.Text;
using Accelio.Reactive;

namespace Accelio.Samples.HelloWorld;

/// <summary>Answers every request with a greeting, and sends some temperatures to whoever sends it a one-way message.</summary>
internal sealed class HelloServer : IAsyncDisposable
{
    private static readonly double[] Temperatures = [19.5, 24.0, 31.2, 18.8, 35.1, 28.4, 33.0, 22.7];
    private static readonly OutboundMessage Response = Greeting.Response.ToMessage();
    private readonly AccelioServer _server;

    private HelloServer(AccelioServer server)
    {
        _server = server;
        server.SessionRequests.Subscribe(request => request.Accept(new AcceptOptions { PrivateData = Name }));
        server.Sessions.Subscribe(Watch);
        server.Messages.Subscribe(SendTemperatures);
        server.Handle(Answer);
    }

    /// <summary>What this server sends along when it accepts a session, so that a client knows whom it talks to.</summary>
    public static ReadOnlyMemory<byte> Name { get; } = "accelio-hello/1"u8.ToArray();

    /// <summary>Where it listens.</summary>
    public Uri EndPoint => _server.EndPoint;

    /// <summary>Begins to listen.</summary>
    public static async Task<HelloServer> OpenAsync(Uri url, CancellationToken token)
    {
        var server = await AccelioServer.BindAsync(url, cancellationToken: token);
        Console.WriteLine($"server: listening on {server.EndPoint}");
        return new HelloServer(server);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // A handler that answers at once needs no async method of its own.
    private static ValueTask Answer(InboundRequest request) =>
        Greeting.Read(request.Message) == Greeting.SlowRequest ? AnswerSlowlyAsync(request) : request.RespondAsync(Response);

    private static async ValueTask AnswerSlowlyAsync(InboundRequest request)
    {
        try
        {
            await Task.Delay(TimeSpan.FromHours(1), request.Canceled);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("server: nobody waits for the slow answer any more");
            throw;
        }

        await request.RespondAsync(Response);
    }

    private static void Watch(AccelioSession session)
    {
        var client = session.RemoteEndPoint;
        session.Events.Subscribe(happened => Console.WriteLine($"server: {client} {happened}"));
    }

    // Runs on the server's context. The message is ours until we return; then its sender gets the receipt.
    private static void SendTemperatures(InboundMessage message)
    {
        Console.WriteLine($"server: got one way: {Greeting.Read(message)}");
        foreach (var celsius in Temperatures)
        {
            message.Session!.TrySend(Encoding.UTF8.GetBytes(celsius.ToString(CultureInfo.InvariantCulture)), out _);
        }
    }
}
