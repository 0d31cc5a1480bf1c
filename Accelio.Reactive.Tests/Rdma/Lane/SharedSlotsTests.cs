using System.Net;
using Accelio.Native.Verbs;
using Accelio.Reactive.Tests.Contract;
using Accelio.Reactive.Tests.Polling;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>Links of a context that receive into slots which they share (SharedReceiveSlots).</summary>
public sealed class SharedSlotsTests
{
    // Enough for 4 links: 16 are for each of them at any time, and 64 for those that are busy.
    private const int Slots = 128;
    private const int Links = 4;

    [Fact]
    public async Task Sessions_over_links_that_share_their_slots_carry_everything_and_one_more_link_is_refused_until_another_ends()
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(static request => request.RespondAsync(request.Payload)), wire: Wire.Rdma(RdmaAddresses.Server), contexts: Share);
        var others = new List<AccelioSession>();
        for (var i = 1; i < Links; i++)
        {
            others.Add(await pair.ConnectAsync(OwnLink));
        }

        var answers = await Task.WhenAll(others.Append(pair.Session).Select(AskAsync)).WaitAsync(Pair.Limit);

        Assert.Equal(Enumerable.Repeat(AskedInAll, Links), answers);
        var refused = await Assert.ThrowsAnyAsync<AccelioException>(() => pair.ConnectAsync(OwnLink));
        Assert.Contains($"SharedReceiveSlots is {Slots}, which is enough for {Links} links", refused.Message, StringComparison.Ordinal);
        await others[0].DisposeAsync();
        others[0] = await ConnectWhenThereIsRoomAsync(pair);
        Assert.Equal(AskedInAll, await AskAsync(others[0]).WaitAsync(Pair.Limit));
        foreach (var session in others)
        {
            await session.DisposeAsync();
        }
    }

    [Fact]
    public void A_peer_that_sends_more_than_its_credits_ends_its_own_link_and_the_others_have_their_slots()
    {
        using var world = new SharedWorld();
        var good = world.ConnectAndSetUp(0);
        var bad = world.ConnectAndSetUp(1);
        world.On(() => world.Ends[1].Call(link => link.PauseReceive()));
        var length = bad.WriteRequest(0);

        for (var i = 0; i < Slots; i++)
        {
            bad.Send(length);
        }

        world.Until(() => world.Ends[1].IsClosed);
        Assert.Equal((LinkError.CreditOverrun, "a message beyond the credits of the peer, in a slot that was for others"), (world.Ends[1].ClosedError, world.Ends[1].ClosedDetail));
        for (ushort i = 0; i < Slots; i++)
        {
            good.Send(good.WriteRequest(i));
            world.Until(() => world.Ends[0].Frames.Count == i + 1);
        }
    }

    [Fact]
    public void A_message_longer_than_a_slot_ends_the_link_of_who_sent_it()
    {
        using var world = new SharedWorld();
        var good = world.ConnectAndSetUp(0);
        var bad = world.ConnectAndSetUp(1);
        bad.WriteRequest(0);

        bad.Send(new LinkOptions().BufferSize + 1);

        world.Until(() => world.Ends[1].IsClosed);
        Assert.Equal(LinkError.BadFrameLength, world.Ends[1].ClosedError);
        good.Send(good.WriteRequest(0));
        world.Until(() => world.Ends[0].Frames.Count == 1);
    }

    private const int AskedInAll = 8 * (100 + 5000 + 60_000);

    private static void Share(AccelioContextOptions options) => options.SharedReceiveSlots = Slots;

    private static void OwnLink(AccelioSessionOptions options) => options.OwnLink = true;

    // Short ones, long ones, and so many at a time that some wait for credits.
    private static async Task<int> AskAsync(AccelioSession session)
    {
        var lengths = Enumerable.Repeat(new[] { 100, 5000, 60_000 }, 8).SelectMany(some => some);
        var answers = lengths.Select(length => session.RequestAsync(new byte[length], answer => (int)answer.PayloadLength).AsTask());
        return (await Task.WhenAll(answers)).Sum();
    }

    // The server's end of a link that was closed may live a little longer.
    private static async Task<AccelioSession> ConnectWhenThereIsRoomAsync(Pair pair)
    {
        var end = Environment.TickCount64 + (long)Pair.Limit.TotalMilliseconds;
        while (true)
        {
            try
            {
                return await pair.ConnectAsync(OwnLink);
            }
            catch (AccelioException) when (Environment.TickCount64 < end)
            {
                await Task.Yield();
            }
        }
    }

    // A listener whose links share slots, and peers made by hand.
    private sealed class SharedWorld : IDisposable
    {
        private readonly ManualPoller _poller = new(new PollerOptions { TimeProvider = new HandClock(), SharedReceiveSlots = Slots, PoisonMemory = true, QuarantineOfMemory = 32 });
        private readonly List<RawPeer> _peers = [];
        private readonly IListener _listener;

        public SharedWorld()
        {
            IListener? listener = null;
            On(() => listener = new RdmaTransport().Listen(_poller, new IPEndPoint(RdmaAddresses.Server, 0), new LinkOptions(), link =>
            {
                var end = new RecordingSink($"end {Ends.Count}");
                Ends.Add(end);
                end.Attach(link);
                return end;
            }));
            _listener = listener!;
        }

        public List<RecordingSink> Ends { get; } = [];

        public RawPeer ConnectAndSetUp(int index)
        {
            var peer = new RawPeer((IPEndPoint)_listener.LocalEndPoint, Turn);
            _peers.Add(peer);
            Until(() => Ends.Count == index + 1);
            peer.SendSetup();
            Until(() => Ends[index].Configured);
            Assert.Equal(CompletionStatus.Success, peer.Complete(CompletionOpcode.Receive));
            return peer;
        }

        public void Until(Func<bool> condition) => RawPeer.Until(condition, Turn);

        public void On(Action action)
        {
            var done = false;
            Assert.True(_poller.Post(new ActionItem(() =>
            {
                action();
                done = true;
            })));
            Until(() => done);
        }

        public void Dispose()
        {
            On(() =>
            {
                _listener.Stop();
                Ends.Where(end => !end.IsClosed).ToList().ForEach(end => end.Call(link => link.Abort(LinkError.Aborted, "the test is over")));
            });
            Until(() => Ends.TrueForAll(end => end.IsClosed));
            _peers.ForEach(peer => peer.Dispose());
            Ends.ForEach(end => end.Dispose());
            On(() =>
            {
                _poller.Memory.CollectReturns();
                Assert.Equal(0, _poller.Memory.Statistics.RentedBlocks);
            });
            _poller.Dispose();
        }

        private void Turn() => _poller.RunDutyCycle();
    }
}
