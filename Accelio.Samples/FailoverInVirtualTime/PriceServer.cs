using System.Buffers.Binary;
using Accelio.Reactive;

namespace Accelio.Samples.FailoverInVirtualTime;

/// <summary>The program of a server: answers what it is asked with a price, after a while. It begins anew when its host restarts.</summary>
internal static class PriceServer
{
    public static async Task RunAsync(SimulatedHost host, Trace trace, int seed)
    {
        var context = host.CreateContext();
        var random = new Random(seed + host.Restarts);
        var server = await AccelioServer.BindAsync(AddressOf(host.Name), new AccelioServerOptions { Context = context, Resume = true });
        server.Handle(async request =>
        {
            var number = BinaryPrimitives.ReadInt64LittleEndian(request.Payload.FirstSpan);
            trace.Tell(host.Name, $"takes {number:x}");
            await Task.Delay(TimeSpan.FromMicroseconds(random.Next(200_000)), context.TimeProvider);

            var price = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(price, 10_000 + (number % 100));
            await request.RespondAsync(price);
        });
        trace.Tell(host.Name, "serves");
    }

    public static Uri AddressOf(string host) => new($"sim://{host}:1");
}
