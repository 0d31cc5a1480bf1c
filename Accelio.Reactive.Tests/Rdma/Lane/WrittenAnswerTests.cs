using System.Net;
using Accelio.Reactive.Tests.Contract;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Transports;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>Answers between our own peers that the device of whoever answers writes into the buffer of whoever asked.</summary>
public sealed class WrittenAnswerTests
{
    private const int Guard = 64;
    private const int MiB = 1 << 20;
    private const ulong Serial = 9;

    [Theory]
    [InlineData(20_000, 1)]
    [InlineData(300_000, 3)]
    public unsafe void The_answer_is_written_and_nothing_is_read(int length, int parts)
    {
        using var pair = new LinkPair(time => new ManualPoller(new PollerOptions { TimeProvider = time }), onOnePoller: false, isInstant: false);
        pair.Connect(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), new LinkOptions(), new LinkOptions());
        var buffer = GC.AllocateArray<byte>(length, pinned: true);
        fixed (byte* p = buffer)
        {
            var region = new RegionEntry(new MemoryRegion(p, length, isPortable: true));
            var offer = default(RoomEntry);
            var at = region.Region.Address;
            pair.Client.OnArrivalDo = (ref InboundFrame frame) =>
            {
                Assert.True(frame.IsWritten);
                frame.Placement = PlacementKind.Destination;
                frame.Destination = at;
            };
            pair.On(pair.Client, () =>
            {
                pair.Client.Call(link => Assert.True(link.Direct!.TryOffer(region, at, length, out offer)));
                pair.Client.Send(new TestFrame { Header = TestFrame.HeaderOf(FrameType.Request, Serial), Offer = offer });
            });
            pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the request arrives");
            Assert.Equal([offer], pair.Server.Frames[0].Room);
            var header = TestFrame.HeaderOf(FrameType.Response, Serial);
            header.RemoteTask = pair.Server.Frames[0].Header.LocalTask;
            var each = length / parts;
            int[] lengths = [.. Enumerable.Repeat(each, parts - 1), length - (each * (parts - 1))];
            pair.On(pair.Server, () => pair.Server.Send(new TestFrame { Header = header, Parts = lengths, PeerRoom = pair.Server.Frames[0].Room }));

            pair.DriveUntil(() => pair.Client.Frames.Count == 1 && pair.Server.Released == 1, "the answer arrives, and its body is released");

            Assert.True(pair.Client.Frames[0].AtDestination);
            Assert.Equal(-1, Pattern.FindMismatch(Serial, buffer));
            region.Registration!.Dispose();
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(9500)]
    [InlineData((3 * MiB) + 1)]
    public Task An_answer_fills_registered_memory_and_nothing_beside_it(int length) => AskAsync(length);

    [Fact]
    [Trait("Lane", "Full")]
    public Task An_answer_of_64_MiB_fills_registered_memory() => AskAsync(64 * MiB);

    [Fact]
    public async Task A_call_that_is_given_up_ends_when_the_peer_writes_no_more_and_the_link_lives_on()
    {
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                server.Handle("/", request => request.RespondAsync(new byte[3]));
                server.Handle("/wait", request => new ValueTask(Task.Delay(Timeout.Infinite, request.Canceled)));
            },
            client: options => options.AbortTimeout = Pair.Limit,
            wire: Sessions.Wire.Rdma(RdmaAddresses.Server));
        await using var waiting = await pair.ConnectAsync(options => options.AbortTimeout = Pair.Limit, "/wait");
        using var buffer = pair.ClientContext.RentMemory(MiB);
        using var cancellation = new CancellationTokenSource();
        var call = waiting.RequestAsync(new OutboundMessage(new byte[1]) { ResponseBuffer = buffer.Memory }, answer => answer.PayloadLength, cancellation.Token).AsTask();

        cancellation.Cancel();

        await Assert.ThrowsAsync<AccelioCanceledException>(() => call.WaitAsync(Pair.Limit));
        Assert.False(buffer.IsInUse);
        Assert.Equal(3, await pair.Session.RequestAsync(new byte[1], answer => answer.PayloadLength));
    }

    private static async Task AskAsync(int length)
    {
        var expected = Pair.Bytes(length);
        await using var pair = await Pair.OpenAsync(server => server.Handle(request => request.RespondAsync(expected)), wire: Sessions.Wire.Rdma(RdmaAddresses.Server));
        using var memory = pair.ClientContext.RentMemory(length + (2 * Guard));
        memory.GetSpan().Fill(0xEE);

        var received = await pair.Session.RequestAsync(
            new OutboundMessage(new byte[1]) { ResponseBuffer = memory.Memory.Slice(Guard, length) }, answer => answer.PayloadLength).AsTask().WaitAsync(Pair.Limit);

        Assert.Equal(length, received);
        Assert.True(memory.GetSpan().Slice(Guard, length).SequenceEqual(expected));
        Assert.Equal(-1, memory.GetSpan()[..Guard].IndexOfAnyExcept((byte)0xEE));
        Assert.Equal(-1, memory.GetSpan()[(Guard + length)..].IndexOfAnyExcept((byte)0xEE));
        Assert.False(memory.IsInUse);
    }
}
