using Accelio.Reactive.Tests.Contract;
using Accelio.Reactive.Tests.Polling;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Simulated;
using Xunit;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>The two ends on two real threads: packets are all that passes between them.</summary>
public class SimulatedThreadsTests
{
    private const int Count = 4000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(LinkShape.Stream, null)]
    [InlineData(LinkShape.Stream, 99)]
    [InlineData(LinkShape.Slots, null)]
    public async Task Both_ends_send_at_once_from_threads_of_their_own(LinkShape shape, int? seed)
    {
        await using var clientPoller = StartPoller("client");
        await using var serverPoller = StartPoller("server");
        var kind = shape == LinkShape.Slots ? LinkKind.Slots : LinkKind.Stream;
        var transport = new SimulatedTransport(new SimulatedHub(), new SimulatedOptions { Kind = kind, Seed = seed });
        using var client = new RecordingSink("client");
        using var server = new RecordingSink("server");
        var clientDone = Watch(client);
        var serverDone = Watch(server);
        var listening = new TaskCompletionSource<IListener>(TaskCreationOptions.RunContinuationsAsynchronously);

        Assert.True(serverPoller.Post(new ActionItem(() =>
        {
            server.OnSetupDo = () => SendAll(server);
            listening.SetResult(transport.Listen(serverPoller, new SimulatedEndPoint("there", 0), new LinkOptions(), link =>
            {
                server.Attach(link);
                return server;
            }));
        })));
        var address = (await listening.Task.WaitAsync(Patience)).LocalEndPoint;
        Assert.True(clientPoller.Post(new ActionItem(() =>
        {
            client.OnSetupDo = () => SendAll(client);
            client.Attach(transport.Dial(clientPoller, address, new LinkOptions(), client));
        })));

        await Task.WhenAll(clientDone, serverDone).WaitAsync(Patience);
        await Close(clientPoller, client);
        await Close(serverPoller, server);
        Assert.Empty(client.Violations.Concat(server.Violations));
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (ulong)i), client.Frames.Select(frame => frame.Serial));
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (ulong)i), server.Frames.Select(frame => frame.Serial));
    }

    private static ThreadPoller StartPoller(string name)
    {
        var poller = new ThreadPoller(new PollerOptions { Name = name, PoisonMemory = true, QuarantineOfMemory = 32 });
        poller.Start();
        return poller;
    }

    // Done when everything has arrived and everything sent was released.
    private static Task Watch(RecordingSink sink)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (sink.Frames.Count == Count && sink.Released == sink.Tokens.Count)
            {
                done.TrySetResult();
            }
        }

        sink.OnFrameDo = _ => Look();
        sink.OnReleasedDo = Look;
        return done.Task;
    }

    private static void SendAll(RecordingSink sink)
    {
        int[] sizes = [10, 0, 20_000, 300, 9000, 2, 100_000];
        for (var i = 0; i < Count; i++)
        {
            sink.Send(FrameType.OneWay, (ulong)i, sizes[i % sizes.Length] / (i % 70 == 6 ? 1 : i % 7 == 6 ? 100 : 1));
        }
    }

    private static async Task Close(ThreadPoller poller, RecordingSink sink)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(poller.Post(new ActionItem(() =>
        {
            if (!sink.IsClosed)
            {
                sink.Call(link => link.Abort(LinkError.Aborted, "the test is over"));
            }

            poller.Post(new ActionItem(() => poller.Post(new ActionItem(() =>
            {
                sink.Dispose();
                closed.SetResult();
            }))));
        })));
        await closed.Task.WaitAsync(Patience);
    }
}
