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
    private readonly List<byte[]> _stored = [];

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

    [Fact]
    public async Task Long_bodies_arrive_where_they_are_stored()
    {
        await using var context = AccelioContext.Start();

        // <snippet buffer-selector>
        var blocks = new ConcurrentQueue<RegisteredMemory>(Enumerable.Range(0, 16).Select(_ => context.RentMemory(1 << 20)));
        var options = new AccelioServerOptions
        {
            Context = context,
            BufferSelector = (in BodyAnnouncement body) =>
                body.Length <= 1 << 20 && body.Header.SequenceEqual("store"u8) && blocks.TryDequeue(out var block) ? block.Memory : default,
        };

        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), options);
        server.Handle(async request =>
        {
            if (request.Message.TryGetRegistered(out var block, out var start))
            {
                await StoreAsync(block.Memory.Slice(start, request.PayloadLength));  // no copy was made, and none is needed
                await request.RespondAsync("stored"u8.ToArray());
                blocks.Enqueue(block);
            }
        });
        // </snippet>

        await using var session = await AccelioSession.ConnectAsync(server.EndPoint);
        var body = Pair.Bytes(1 << 20);
        var message = new OutboundMessage(body) { Header = "store"u8.ToArray() };
        Assert.Equal(6, await session.RequestAsync(message, answer => answer.PayloadLength));
        Assert.Equal(body, Assert.Single(_stored));
        await Until.TrueAsync(() => blocks.Count == 16, () => $"{blocks.Count} blocks");
        Assert.Single(blocks, block => block.GetSpan().SequenceEqual(body));
    }

    private Task StoreAsync(ReadOnlyMemory<byte> bytes)
    {
        _stored.Add(bytes.ToArray());
        return Task.CompletedTask;
    }

    private void Show(string line) => _shown.Add(line);
}
