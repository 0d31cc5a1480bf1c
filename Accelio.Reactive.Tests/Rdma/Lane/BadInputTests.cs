using System.Net;
using Accelio.Native.Verbs;
using Accelio.Reactive.Tests.Contract;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>What a peer that breaks the protocol comes to: its link ends with a name for it, and nobody else's.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly LinkPair _pair = new(CreatePoller, onOnePoller: false, isInstant: false);
    private readonly RawPeer _peer;

    public BadInputTests()
    {
        _pair.Listen(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), new LinkOptions());
        _peer = new RawPeer(Server, () => _pair.Turn(), privateData: "garbage that no C peer sends"u8.ToArray());
    }

    private IPEndPoint Server => (IPEndPoint)_pair.Listener!.LocalEndPoint;

    [Fact]
    public void Private_data_is_ignored_and_well_formed_messages_are_taken()
    {
        SetUp();

        _peer.Send(_peer.WriteRequest(0));

        _pair.DriveUntil(() => _pair.Server.Frames.Count == 1, "the request arrives");
    }

    [Fact]
    public void A_message_that_is_none_ends_the_link()
    {
        SetUp();
        _peer.Memory[..200].Fill(0x5A);

        _peer.Send(200);

        Ends(LinkError.BadMagic);
    }

    [Fact]
    public void A_wrong_sequence_number_ends_the_link()
    {
        SetUp();

        _peer.Send(_peer.WriteRequest(7));

        Ends(LinkError.SequenceError);
    }

    [Fact]
    public void A_message_longer_than_a_slot_ends_the_link()
    {
        SetUp();
        _peer.WriteRequest(0);

        _peer.Send(new LinkOptions().BufferSize + 1);

        Ends(LinkError.BadFrameLength);
    }

    [Theory]
    [InlineData(0xffu, 0)]
    [InlineData(0u, RawPeer.MemoryLength)]
    [InlineData(0u, -20_000)]
    public void A_body_that_its_key_does_not_open_ends_the_link(uint keyBits, int offset)
    {
        SetUp();
        var elsewhere = new RoomEntry(_peer.Address + (ulong)offset, 20_000, _peer.Key ^ keyBits);

        _peer.Send(_peer.WriteRequest(0, BodyOperation.Read, elsewhere));

        Ends(LinkError.BadOperation);
    }

    [Theory]
    [InlineData((int)BodyOperation.Write)]
    [InlineData(5)]
    [InlineData(0xee)]
    public void An_operation_that_requests_do_not_have_ends_the_link(int operation)
    {
        SetUp();

        _peer.Send(_peer.WriteRequest(0, (BodyOperation)operation));

        Ends(LinkError.BadOperation);
    }

    [Fact]
    public void A_body_that_the_peer_takes_away_from_its_device_while_it_is_fetched_ends_the_link()
    {
        SetUp();
        var whole = new RoomEntry(_peer.Address, RawPeer.MemoryLength, _peer.Key);
        var parts = Enumerable.Repeat(whole, 4).ToArray();
        _peer.Send(_peer.WriteRequest(0, BodyOperation.Read, parts));
        Assert.Equal(CompletionStatus.Success, _peer.Complete(CompletionOpcode.Send));

        _peer.Deregister();

        Ends(LinkError.BadOperation);
    }

    [Fact]
    public void Parts_that_are_longer_together_than_allowed_end_the_link()
    {
        SetUp();
        var half = new RoomEntry(_peer.Address, (uint)(new LinkOptions().MaxBodyLength / 2) + 1, _peer.Key);

        _peer.Send(_peer.WriteRequest(0, BodyOperation.Read, half, half));

        Ends(LinkError.MessageTooLarge);
    }

    [Fact]
    public void Credits_for_more_slots_than_there_can_be_end_the_link()
    {
        SetUp();

        _peer.Send(_peer.WriteCredits(0, ushort.MaxValue));
        _peer.Send(_peer.WriteCredits(0, ushort.MaxValue));

        Ends(LinkError.CreditOverrun);
    }

    [Fact]
    public void A_message_before_the_set_up_ends_the_link()
    {
        _peer.Send(_peer.WriteRequest(0));

        Ends(LinkError.UnexpectedFrame);
    }

    [Fact]
    public void A_set_up_with_more_keys_than_it_holds_ends_the_link()
    {
        const int KeyTableSize = 30;

        _peer.SendSetup(setup => setup[KeyTableSize] = 0x40);

        Ends(LinkError.MalformedSetup);
    }

    [Fact]
    public void A_body_longer_than_allowed_ends_the_link_before_any_memory_is_taken_for_it()
    {
        SetUp();

        _peer.Send(_peer.WriteRequest(0, BodyOperation.Read, new RoomEntry(_peer.Address, uint.MaxValue, _peer.Key)));

        Ends(LinkError.MessageTooLarge);
    }

    [Fact]
    public void An_acknowledgement_of_nothing_ends_the_link()
    {
        SetUp();
        new ReadAck(12).Write(_peer.Memory);

        _peer.Send(ReadAck.Size);

        Ends(LinkError.UnknownTask);
    }

    [Fact]
    public void A_body_in_parts_is_put_together()
    {
        SetUp();
        var first = new RoomEntry(_peer.Address + 2000, 3000, _peer.Key);
        var second = new RoomEntry(_peer.Address + 10_000, 9000, _peer.Key);
        Pattern.Fill(0, 0, _peer.Memory.Slice(2000, 3000));
        Pattern.Fill(0, 3000, _peer.Memory.Slice(10_000, 9000));

        // The serial number is the pattern's key, so that the sink checks every byte.
        _peer.Send(_peer.WriteRequest(0, BodyOperation.Read, first, second));

        _pair.DriveUntil(() => _pair.Server.Frames.Count == 1, "the body arrives");
        Assert.Equal(12_000, _pair.Server.Frames[0].BodyLength);
    }

    [Fact]
    public void Who_sends_more_than_its_credits_breaks_its_own_connection()
    {
        SetUp();
        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.PauseReceive()));
        var length = _peer.WriteRequest(0);
        const int Granted = 288;

        for (var i = 0; i <= Granted; i++)
        {
            _peer.Send(length);
        }

        var status = CompletionStatus.Success;
        while (status == CompletionStatus.Success)
        {
            status = _peer.Complete(CompletionOpcode.Send);
        }

        // Devices differ in how they say that no receive was there.
        Assert.True(status is CompletionStatus.NotReadyRetriesExceeded or CompletionStatus.RetriesExceeded, status.ToString());
        _peer.Disconnect();
        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.ResumeReceive()));
        _pair.DriveUntil(() => _pair.Server.IsClosed, "the server's end closes");
    }

    public void Dispose()
    {
        _peer.Dispose();
        _pair.Dispose();
    }

    private static ManualPoller CreatePoller(TimeProvider time) =>
        new ManualPoller(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32 });

    private void SetUp()
    {
        _peer.SendSetup();
        _pair.DriveUntil(() => _pair.Server.Configured, "the server answers the set-up");
        Assert.Equal(CompletionStatus.Success, _peer.Complete(CompletionOpcode.Receive));
    }

    private void Ends(LinkError error)
    {
        _pair.DriveUntil(() => _pair.Server.IsClosed, "the link ends");
        Assert.Equal(error, _pair.Server.ClosedError);
        Assert.Empty(_pair.Server.Frames);
    }
}
