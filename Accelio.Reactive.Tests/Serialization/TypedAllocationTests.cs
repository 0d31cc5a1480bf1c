using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Serialization;

/// <summary>
/// Values cost what they are, and their way nothing: the bytes of the whole process, both sides in it, over many messages.
/// ACCELIO_ALLOC_MESSAGES sets how many are measured.
/// </summary>
[Collection(Alone.Name)]
public class TypedAllocationTests
{
    private static readonly int Messages =
        int.Parse(Environment.GetEnvironmentVariable("ACCELIO_ALLOC_MESSAGES") ?? "100000", CultureInfo.InvariantCulture);

    private static readonly IAccelioSerializer<Order> Orders = AccelioJson.For(TestJson.Default.Order);
    private static readonly IAccelioSerializer<Receipt> Receipts = AccelioJson.For(TestJson.Default.Receipt);
    private static readonly Int32Serializer Numbers = Int32Serializer.Instance;

    private static readonly Order Tea = new("tea", 2);

    private delegate Task Loop(AccelioSession session, int count);

    [Fact]
    public Task A_request_whose_values_are_no_objects_allocates_nothing() => AssertCostAsync(
        0,
        server => server.Handle(Numbers, Numbers, static (number, _) => new ValueTask<int>(number)),
        static async (session, count) =>
        {
            for (var i = 0; i < count; i++)
            {
                await session.RequestAsync(i, Numbers, Numbers);
            }
        });

    [Fact]
    public Task A_one_way_message_with_a_receipt_allocates_nothing() => AssertCostAsync(
        0,
        server => server.Messages.Read(Numbers).Subscribe(static _ => { }),
        static async (session, count) =>
        {
            for (var i = 0; i < count; i++)
            {
                await session.DeliverAsync(i, Numbers);
            }
        });

    [Fact]
    public Task A_request_in_json_allocates_what_reading_its_two_values_costs() => AssertCostAsync(
        BytesOf(Tea, TestJson.Default.Order) + BytesOf(new Receipt(2, 0.5), TestJson.Default.Receipt),
        server => server.Handle(Orders, Receipts, static (order, _) => new ValueTask<Receipt>(new Receipt(order.Count, 0.5))),
        static async (session, count) =>
        {
            for (var i = 0; i < count; i++)
            {
                await session.RequestAsync(Tea, Orders, Receipts);
            }
        });

    /// <summary>What System.Text.Json itself takes to read a value.</summary>
    private static double BytesOf<T>(T value, JsonTypeInfo<T> typeInfo)
    {
        const int Count = 10_000;
        var body = JsonSerializer.SerializeToUtf8Bytes(value, typeInfo);
        Read();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Read();
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Count;

        void Read()
        {
            for (var i = 0; i < Count; i++)
            {
                JsonSerializer.Deserialize(body, typeInfo);
            }
        }
    }

    private static async Task AssertCostAsync(double expected, Action<AccelioServer> serve, Loop loop)
    {
        const int Depth = 16;
        await using var pair = await Pair.OpenAsync(serve, wire: Sessions.Wire.LeanTcp());
        var best = double.MaxValue;
        await pair.ClientContext.RunAsync(async _ =>
        {
            await LoopsAsync(30_000 / Depth);

            // Others live in this process too: a steady state shows in one run of a few.
            for (var run = 0; run < 5 && best >= expected + 1; run++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                await LoopsAsync(Messages / Depth);
                best = Math.Min(best, (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / (Messages / Depth * Depth));
            }
        });

        Assert.True(best < expected + 1, $"{best} bytes a message, {expected} of them for its values");

        Task LoopsAsync(int count) => Task.WhenAll(Enumerable.Range(0, Depth).Select(_ => loop(pair.Session, count)));
    }
}
