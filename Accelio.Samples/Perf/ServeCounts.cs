using Accelio.Reactive;

namespace Accelio.Samples.Perf;

/// <summary>What arrives at one portal of the server, answered and counted on its context: each counts for itself, and who asks gets the sum.</summary>
internal sealed class ServeCounts
{
    private long _requests;
    private long _messages;
    private long _bytes;
    private long _receipts;

    /// <summary>Serves a portal.</summary>
    public ServeCounts(AccelioPortal portal)
    {
        portal.Messages.Subscribe(message =>
        {
            _messages++;
            _bytes += message.Header.Length + message.PayloadLength;
            _receipts += message.ReceiptRequested ? 1 : 0;
        });
        portal.Handle(request =>
        {
            var header = request.Header;
            _requests++;
            _bytes += header.Length + request.PayloadLength;
            return request.RespondAsync(request.Message.TryGetMemory(out var body)
                ? new OutboundMessage(body) { Header = header }
                : new OutboundMessage(request.Payload) { Header = header });
        });
    }

    /// <summary>The sum over portals, and the state of the process.</summary>
    public static ServerStats Sum(IEnumerable<ServeCounts> counts, int sessions)
    {
        var stats = new ServerStats
        {
            AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true),
            GcCollections = GC.CollectionCount(0),
            CpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,
            WorkingSetBytes = Environment.WorkingSet,
            Sessions = sessions,
        };
        foreach (var portal in counts)
        {
            stats = stats with
            {
                Messages = stats.Messages + Volatile.Read(ref portal._requests) + Volatile.Read(ref portal._messages),
                Bytes = stats.Bytes + Volatile.Read(ref portal._bytes),
                Receipts = stats.Receipts + Volatile.Read(ref portal._receipts),
            };
        }

        return stats;
    }
}
