using System.Buffers.Binary;
using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The code of docs/messages-and-leases.md.</summary>
public class MessagesAndLeases
{
    private readonly List<string> _shown = [];

    [Fact]
    public async Task The_report_names_who_holds_what()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var address = pair.Server.EndPoint;

        // <snippet lease-report>
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = "prices", AuditLeases = true });
        await using var session = await AccelioSession.ConnectAsync(address, new AccelioSessionOptions { Context = context });
        using var answer = await session.RequestAsync("EURUSD"u8.ToArray());                    // ours until the end of this method

        foreach (var lease in context.GetLeaseReport().Leases)
        {
            Show($"{lease.Holder} has held {lease.PayloadLength} bytes for {lease.HeldFor}");   // names this method
        }
        // </snippet>

        var holder = $"{typeof(MessagesAndLeases).FullName}.{nameof(The_report_names_who_holds_what)}";
        Assert.StartsWith($"{holder} has held 6 bytes", Assert.Single(_shown), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_of_the_library_is_sent_from_where_it_is()
    {
        var seen = new ConcurrentQueue<int>();
        await using var pair = await Pair.OpenAsync(server => server.Messages.Read(message => message.PayloadLength).Subscribe(seen.Enqueue));
        var (context, session) = (pair.ClientContext, pair.Session);

        // <snippet registered-memory>
        using (var memory = context.RentMemory(1 << 20))
        {
            memory.GetSpan().Fill(1);
            await session.SendAsync(memory);                       // the whole
            await session.SendAsync(memory.Memory[..1000]);        // or a part; what is on its way keeps the memory
        }

        await session.SendAsync(42, static (price, writer) =>      // the state first, so that the callback is static
        {
            BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(4), price);
            writer.Advance(4);
        });
        // </snippet>

        await Until.TrueAsync(() => seen.Count == 3, () => $"{seen.Count} messages");
        Assert.Equal([1 << 20, 1000, 4], seen);
    }

    private void Show(string line) => _shown.Add(line);
}
