using System.CommandLine;
using System.Text.Json;
using Accelio.Reactive;

namespace Accelio.Samples.Perf;

/// <summary>An echo server: a response repeats its request's header and body. Sessions on /stats get the counts instead.</summary>
internal static class ServeCommand
{
    /// <summary>What the server sends along when it accepts, so that clients know it.</summary>
    public static ReadOnlyMemory<byte> Name { get; } = "accelio-perf/1"u8.ToArray();

    public static Command Create()
    {
        var common = new CommonOptions();
        var command = new Command("serve", "An echo server that counts; prints 'listening URL' once it is ready")
        {
            common.Url, common.Cpu, common.Spin, common.Engine,
        };
        command.SetAction((arguments, token) => RunAsync(common, arguments, token));
        return command;
    }

    private static async Task RunAsync(CommonOptions common, ParseResult arguments, CancellationToken token)
    {
        await using var context = common.StartContext(arguments, "serve");
        await using var server = await AccelioServer.BindAsync(arguments.GetRequiredValue(common.Url), new AccelioServerOptions { Context = context }, token);
        long requests = 0;
        long messages = 0;
        long bytes = 0;
        long receipts = 0;
        var sessions = 0;

        server.SessionRequests.Subscribe(request => request.Accept(new AcceptOptions { PrivateData = Name }));
        server.Sessions.Subscribe(session =>
        {
            sessions++;
            session.Events.Subscribe(static _ => { }, () => sessions--);
        });
        server.Messages.Subscribe(message =>
        {
            messages++;
            bytes += message.Header.Length + message.PayloadLength;
            receipts += message.ReceiptRequested ? 1 : 0;
        });
        server.Handle(request =>
        {
            requests++;
            bytes += request.Header.Length + request.PayloadLength;
            return request.RespondAsync(request.Message.TryGetMemory(out var body)
                ? new OutboundMessage(body) { Header = request.Header }
                : new OutboundMessage(request.Payload) { Header = request.Header });
        });
        server.Handle("/stats", request => request.RespondAsync(JsonSerializer.SerializeToUtf8Bytes(
            new ServerStats
            {
                Messages = requests + messages,
                Bytes = bytes,
                Receipts = receipts,
                AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true),
                GcCollections = GC.CollectionCount(0),
                CpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,
                WorkingSetBytes = Environment.WorkingSet,
                Sessions = sessions,
            },
            PerfJson.Default.ServerStats)));

        Console.WriteLine($"listening {server.EndPoint}");
        await Console.Out.FlushAsync(token);
        await Task.Delay(Timeout.Infinite, token);
    }
}
