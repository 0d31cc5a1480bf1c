using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Accelio.Samples.Perf;

/// <summary>What a run measured; the names are those of the JSON object.</summary>
internal sealed record RunResult
{
    public required string Mode { get; init; }

    public required string Url { get; init; }

    public int Size { get; init; }

    public int Header { get; init; }

    public int Depth { get; init; }

    public int Connections { get; init; } = 1;

    public double Seconds { get; init; }

    public long Messages { get; init; }

    public long Errors { get; init; }

    public double MessagesPerSecond => Seconds > 0 ? Math.Round(Messages / Seconds) : 0;

    public double PeakMessagesPerSecond { get; init; }

    public double MegabytesPerSecond => Math.Round(MessagesPerSecond * Size / 1e6, 1);

    public double P50us { get; init; }

    public double P90us { get; init; }

    public double P99us { get; init; }

    public double P999us { get; init; }

    public double Maxus { get; init; }

    public double AllocatedBytesPerMessage { get; init; }

    public int GcCollections { get; init; }

    public double CpuSeconds { get; init; }

    /// <summary>What the server counted meanwhile, where it is one of ours.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ServerStats? Server { get; init; }

    /// <summary>Bytes of private memory per session on this side; connect only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MemoryPerSession { get; init; }

    /// <summary>The same on the server's side; connect only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ServerMemoryPerSession { get; init; }

    public void Print(bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(this, PerfJson.Default.RunResult));
            return;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Mode} {Url} size {Size} depth {Depth}: {Messages} messages in {Seconds:F2} s, {MessagesPerSecond:F0}/s (peak {PeakMessagesPerSecond:F0}/s), {MegabytesPerSecond:F1} MB/s, "
            + $"p50 {P50us:F1} us, p99 {P99us:F1} us, max {Maxus:F0} us, {AllocatedBytesPerMessage:F2} B/message, {GcCollections} collections, {Errors} errors"));
        if (MemoryPerSession is { } memory)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory per session: {memory:F0} B here, {ServerMemoryPerSession ?? 0:F0} B at the server"));
        }

        if (Server is { } server)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"server: {server.Messages} messages, {server.Bytes} B, {server.Receipts} receipts, {server.AllocatedBytes} B allocated, {server.GcCollections} collections, {server.CpuSeconds:F2} s of processor"));
        }
    }
}
