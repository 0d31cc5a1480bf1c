using System.Net;
using Accelio.Native.Verbs;
using Accelio.Reactive.Tests.Contract;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>The longest bodies that are allowed by default, by both ways in which devices move them; every byte is looked at.</summary>
public sealed class BulkTests : IDisposable
{
    private const int Length = 64 << 20;
    private const int LongTime = 3600;

    private static readonly LinkOptions Options = new() { SendProgressTimeout = TimeSpan.FromSeconds(LongTime).Ticks };

    private readonly LinkPair _pair = new(CreatePoller, onOnePoller: false, isInstant: false);

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void A_body_of_64_MiB_is_read_by_its_receiver() => Read(bodies: 1);

    [Fact]
    [Trait("Lane", "Full")]
    public void A_GiB_is_read_in_bodies_of_64_MiB() => Read(bodies: 16);

    [Fact]
    public void An_answer_of_64_MiB_is_written_into_the_buffers_of_whoever_asked() => Write(answers: 1);

    [Fact]
    [Trait("Lane", "Full")]
    public void A_GiB_is_written_in_answers_of_64_MiB() => Write(answers: 16);

    private static ManualPoller CreatePoller(TimeProvider time) => new(new PollerOptions { TimeProvider = time });

    private void Read(int bodies)
    {
        _pair.Connect(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), Options, Options);
        for (var i = 0; i < bodies; i++)
        {
            // The sinks compare every body with the pattern of its number.
            _pair.On(_pair.Client, () => Assert.Equal(SendStatus.Referenced, _pair.Client.Send(FrameType.Request, (ulong)i, Length)));
            _pair.DriveUntil(() => _pair.Server.Frames.Count == i + 1 && _pair.Client.Released == i + 1, $"body {i} arrives");
            Assert.Equal(Length, _pair.Server.Frames[i].BodyLength);
        }
    }

    private void Write(int answers)
    {
        const int Parts = 4;
        const int Part = Length / Parts;
        const int Start = 4096;
        _pair.Listen(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), Options);
        using var peer = new RawPeer((IPEndPoint)_pair.Listener!.LocalEndPoint, () => _pair.Turn(), memoryLength: Length + (1 << 20));
        peer.SendSetup();
        _pair.DriveUntil(() => _pair.Server.Configured, "the server answers the set-up");
        Assert.Equal(CompletionStatus.Success, peer.Complete(CompletionOpcode.Receive));
        var room = Enumerable.Range(0, Parts).Select(i => new RoomEntry(peer.Address + Start + (ulong)(i * Part), Part, peer.Key)).ToArray();
        for (var i = 0; i < answers; i++)
        {
            peer.Send(peer.WriteOffer((ushort)i, room));
            _pair.DriveUntil(() => _pair.Server.Frames.Count == i + 1, $"request {i} arrives");
            var header = TestFrame.HeaderOf(FrameType.Response, (ulong)i);
            header.RemoteTask = _pair.Server.Frames[i].Header.LocalTask;
            _pair.On(_pair.Server, () => _pair.Server.Send(new TestFrame { Header = header, Parts = [Length], PeerRoom = _pair.Server.Frames[i].Room }));

            Assert.Equal(CompletionStatus.Success, peer.Complete(CompletionOpcode.Receive));

            Assert.Equal(-1, Pattern.FindMismatch((ulong)i, peer.Memory.Slice(Start, Length)));
            peer.Memory.Slice(Start, Length).Clear();
            peer.PostReceive(i);
            _pair.DriveUntil(() => _pair.Server.Released == i + 1, $"body {i} is released");
        }
    }
}
