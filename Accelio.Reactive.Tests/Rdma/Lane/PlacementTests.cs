using System.Net;
using Accelio.Native.Verbs;
using Accelio.Reactive.Tests.Contract;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>Answers to peers that offer memory for them, as C clients do.</summary>
public sealed unsafe class PlacementTests : IDisposable
{
    private const ulong Serial = 3;
    private const int First = 2000;
    private const int FirstLength = 12_000;
    private const int Second = 16_000;
    private const int SecondLength = 15_000;

    private readonly LinkPair _pair = new(CreatePoller, onOnePoller: false, isInstant: false);
    private readonly RawPeer _peer;

    public PlacementTests()
    {
        _pair.Listen(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), new LinkOptions());
        _peer = new RawPeer((IPEndPoint)_pair.Listener!.LocalEndPoint, () => _pair.Turn());
        _peer.SendSetup();
        _pair.DriveUntil(() => _pair.Server.Configured, "the server answers the set-up");
        Assert.Equal(CompletionStatus.Success, _peer.Complete(CompletionOpcode.Receive));
        _peer.Send(_peer.WriteOffer(
            0,
            new RoomEntry(_peer.Address + First, FirstLength, _peer.Key),
            new RoomEntry(_peer.Address + Second, SecondLength, _peer.Key)));
        _pair.DriveUntil(() => _pair.Server.Frames.Count == 1, "the request arrives");
    }

    public void Dispose()
    {
        _peer.Dispose();
        _pair.Dispose();
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(10_000, 7000, 4000)]
    [InlineData(FirstLength + SecondLength)]
    public void A_long_answer_is_written_into_the_buffers_before_the_message_that_says_so(params int[] parts)
    {
        var length = parts.Sum();

        Assert.Equal(SendStatus.Referenced, Respond(parts));

        Assert.Equal(CompletionStatus.Success, _peer.Complete(CompletionOpcode.Receive));
        var limits = RdmaFrameLimits.From(new LinkOptions());
        fixed (byte* message = _peer.Received(1))
        {
            Assert.Equal(LinkError.None, RdmaFrame.Decode(message, 200, limits, out _, out var fields));
            Assert.Equal((BodyOperation.Write, 2, (ulong)length), (fields.OutOperation, fields.OutCount, fields.InlineLength));
            Assert.Equal((uint)FirstLength, WriteLengths.Read(message + RdmaFrame.ResponseSize, 0));
            Assert.Equal((uint)(length - FirstLength), WriteLengths.Read(message + RdmaFrame.ResponseSize, 1));
        }

        var expected = Pattern.Create(Serial, length);
        Assert.True(_peer.Memory.Slice(First, FirstLength).SequenceEqual(expected.AsSpan(0, FirstLength)));
        Assert.True(_peer.Memory.Slice(Second, length - FirstLength).SequenceEqual(expected.AsSpan(FirstLength)));
        _pair.DriveUntil(() => _pair.Server.Released == 1 && _pair.Server.Link.QueuedBytes == 0, "the body is released");
    }

    [Fact]
    public void An_answer_that_the_buffers_do_not_hold_is_not_taken() =>
        Assert.Equal(SendStatus.DoesNotFit, Respond(FirstLength + SecondLength + 1));

    private static ManualPoller CreatePoller(TimeProvider time) =>
        new(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32 });

    private SendStatus Respond(params int[] parts)
    {
        var header = TestFrame.HeaderOf(FrameType.Response, Serial);
        header.RemoteTask = _pair.Server.Frames[0].Header.LocalTask;
        var status = default(SendStatus);
        _pair.On(_pair.Server, () => status = _pair.Server.Send(new TestFrame { Header = header, Parts = parts, PeerRoom = _pair.Server.Frames[0].Room }));
        return status;
    }
}
