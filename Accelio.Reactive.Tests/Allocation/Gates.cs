using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;

namespace Accelio.Reactive.Tests.Allocation;

/// <summary>The rows: everything that is done per message.</summary>
internal static class Gates
{
    public static IReadOnlyList<Gate> All { get; } =
    [
        new("request-on-a-context", RequestAsync),
        new("request-for-each-item", static (world, count) =>
            world.Session.RequestEach(Enumerable.Range(0, count), 64, _ => world.Message, static (_, answer) => answer.PayloadLength).LastAsync().ToTask()) { Depth = 1 },
        new("request-of-64-KiB-for-each-item", static (world, count) =>
            world.Session.RequestEach(Enumerable.Range(0, count), 16, _ => world.Message, static (_, answer) => answer.PayloadLength).LastAsync().ToTask())
        {
            Size = 65536, Depth = 1, Messages = 100_000,
        },
        new("request-of-4-KiB", RequestAsync) { Size = 4096 },
        new("request-of-64-KiB", RequestAsync) { Size = 65536, Depth = 16, Messages = 100_000 },
        new("request-over-the-portable-engine", RequestAsync) { Engine = TcpEngine.Portable, Messages = 200_000 },
        new("request-of-64-KiB-over-the-portable-engine", RequestAsync)
        {
            Engine = TcpEngine.Portable, Size = 65536, Depth = 16, Messages = 30_000,
        },

        // Whatever arrives finds the context asleep: an operation, the thread pool and the mailbox each time.
        new("request-over-the-portable-engine-that-sleeps", RequestAsync)
        {
            Engine = TcpEngine.Portable, NeverSpins = true, Depth = 16, Messages = 100_000,
        },
        new("request-from-the-pool", RequestAsync) { OnPool = true },
        new("request-whose-answer-is-owned", OwnAsync),
        new("request-with-a-long-lived-token", static (world, count) => RequestAsync(world, count, world.Message, world.LongLived.Token)),
        new("request-with-a-time-limit", static (world, count) =>
            RequestAsync(world, count, world.Message with { Timeout = TimeSpan.FromSeconds(20) }, CancellationToken.None)),
        new("handler-that-asks-for-its-token", RequestAsync)
        {
            Prepare = static world => world.Server.Handle(static request =>
                request.Canceled.IsCancellationRequested ? throw new InvalidOperationException("canceled") : request.RespondAsync(request.Payload)),
        },

        // A time of its own travels with every request, and is looked at.
        new("handler-that-looks-at-the-requesters-time", static (world, count) =>
            RequestAsync(world, count, world.Message with { Timeout = TimeSpan.FromSeconds(20) }, CancellationToken.None))
        {
            Prepare = static world => world.Server.Handle(static request =>
                request.Remaining is { } rest && rest <= TimeSpan.FromSeconds(20) ? request.RespondAsync(request.Payload) : throw new InvalidOperationException("no time")),
        },

        // The state of the handler's own async method, about 180 bytes per call: not the library's, and stated so that nothing is added to it.
        new("handler-with-a-real-await", RequestAsync) { Prepare = static world => world.Server.Handle(AskBackAsync), Allowance = 250 },
        new("one-way-with-Read-and-Where", SendAsync) { Prepare = static world => Observe(world) },

        // The pair that `let` makes of the two values, 24 bytes: the compiler's, and stated so that nothing is added to it.
        new("one-way-with-let", SendAsync) { Prepare = static world => ObserveWithLet(world), Allowance = 32 },
        new("one-way-under-back-pressure", SendAsync) { Prepare = static world => Observe(world), Window = 32 },
        new("one-way-with-its-receipt", DeliverAsync) { Prepare = static world => Observe(world) },
        new("one-way-by-a-writer", WriteAsync) { Prepare = static world => Observe(world) },
        new("one-way-by-a-writer-from-the-pool", WriteAsync) { Prepare = static world => Observe(world), OnPool = true },
        new("one-way-of-registered-memory", SendRegisteredAsync) { Prepare = static world => Observe(world) },
        new("one-way-of-registered-memory-from-the-pool", SendRegisteredAsync) { Prepare = static world => Observe(world), OnPool = true },
        new("request-and-response-of-registered-memory", static (world, count) => RequestAsync(world, count, world.ClientMemory, CancellationToken.None))
        {
            Size = 65536, Depth = 16, Messages = 100_000, Prepare = static world => world.Server.Handle(request => request.RespondAsync(world.ServerMemory)),
        },
        new("one-way-into-memory-of-a-selector", SendAsync)
        {
            Size = 65536, Depth = 16, Messages = 100_000, ChoosesMemory = true, Prepare = static world => Observe(world),
        },
        new("request-that-survives-its-link", RequestAsync) { Resumes = true },
        new("request-of-64-KiB-that-survives-its-link", RequestAsync) { Resumes = true, Size = 65536, Depth = 16, Messages = 100_000 },
        new("one-way-that-survives-its-link", SendAsync) { Resumes = true, Prepare = static world => Observe(world) },
        new("response-into-registered-memory", RequestIntoMemoryAsync) { Size = 65536, Depth = 16, Messages = 100_000 },
    ];

    public static Gate? Find(string name) => All.FirstOrDefault(gate => gate.Name == name);

    private static Task RequestAsync(GateWorld world, int count) => RequestAsync(world, count, world.Message, CancellationToken.None);

    private static async Task RequestAsync(GateWorld world, int count, OutboundMessage message, CancellationToken token)
    {
        for (var i = 0; i < count; i++)
        {
            await world.Session.RequestAsync(message, static answer => answer.PayloadLength, token);
        }
    }

    private static async Task OwnAsync(GateWorld world, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var answer = await world.Session.RequestAsync(world.Message);
        }
    }

    private static async Task SendAsync(GateWorld world, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await world.Session.SendAsync(world.Message);
        }
    }

    private static async Task SendRegisteredAsync(GateWorld world, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await world.Session.SendAsync(world.ClientMemory);
        }
    }

    private static async Task RequestIntoMemoryAsync(GateWorld world, int count)
    {
        var buffer = world.Buffers.TryPop(out var used) ? used : world.ClientContext.RentMemory(world.ClientMemory.Length);
        await RequestAsync(world, count, world.Message with { ResponseBuffer = buffer.Memory }, CancellationToken.None);
        world.Buffers.Push(buffer);
    }

    private static async Task WriteAsync(GateWorld world, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await world.Session.SendAsync(i, static (number, writer) =>
            {
                System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(4), number);
                writer.Advance(4);
            });
        }
    }

    private static async Task DeliverAsync(GateWorld world, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await world.Session.DeliverAsync(world.Message);
        }
    }

    private static void Observe(GateWorld world) =>
        world.Server.Messages.Read(static message => message.PayloadLength).Where(static length => length > 0).Subscribe(_ => world.Seen++);

    private static void ObserveWithLet(GateWorld world)
    {
        var lengths = from length in world.Server.Messages.Read(static message => message.PayloadLength)
                      let twice = length * 2
                      where twice > length
                      select twice;
        lengths.Subscribe(_ => world.Seen++);
    }

    private static async ValueTask AskBackAsync(InboundRequest request)
    {
        var length = await request.Session!.RequestAsync(new OutboundMessage(request.Payload), static answer => answer.PayloadLength);
        if (length != request.PayloadLength)
        {
            throw new InvalidOperationException("not what was asked");
        }

        await request.RespondAsync(request.Payload);
    }
}
