using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>Everything at once, from a seed.</content>
public abstract partial class LinkContract
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20260)]
    public void Both_ends_send_everything_at_once_and_all_of_it_arrives(int seed)
    {
        const int Count = 250;
        using var pair = Connect(onOnePoller: seed % 2 == 0);
        pair.Hint = $"seed {seed}";
        var ends = new[] { new TortureEnd(pair, pair.Client, seed, Count), new TortureEnd(pair, pair.Server, seed + 1, Count) };

        pair.DriveUntil(
            () =>
            {
                foreach (var end in ends)
                {
                    end.Act();
                }

                return pair.Client.Frames.Count == Count && pair.Server.Frames.Count == Count;
            },
            "everything arrives at both ends");

        pair.DriveUntil(() => pair.Client.Tokens.Count == pair.Client.Released && pair.Server.Tokens.Count == pair.Server.Released, "everything is released");
        foreach (var end in new[] { pair.Client, pair.Server })
        {
            AssertInOrder(end.Frames.Where(frame => frame.Header.Type.IsRequest() && !IsUrgent(frame)));
            AssertInOrder(end.Frames.Where(frame => frame.Header.Type.IsResponse()));
            Assert.Equal(Count, end.Frames.Select(frame => frame.Serial).Distinct().Count());
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void Both_ends_send_everything_at_once_until_one_of_them_goes(int seed)
    {
        using var pair = Connect();
        pair.Hint = $"seed {seed}";
        var random = new Random(seed);
        var ends = new[] { new TortureEnd(pair, pair.Client, seed, 1000), new TortureEnd(pair, pair.Server, seed + 1, 1000) };
        for (var turns = random.Next(60); turns > 0; turns--)
        {
            ends[0].Act();
            ends[1].Act();
            pair.Turn();
        }

        var leaver = random.Next(2) == 0 ? pair.Client : pair.Server;
        pair.On(leaver, () => leaver.Call(link => link.Abort(LinkError.Aborted, "gone")));
        ends[0].TakeEverything();
        ends[1].TakeEverything();

        pair.DriveUntil(() => pair.Client.IsClosed && pair.Server.IsClosed, "both ends close");
        pair.DriveUntil(() => pair.Client.Tokens.Count == pair.Client.Released && pair.Server.Tokens.Count == pair.Server.Released, "everything is released");
    }

    private static bool IsUrgent(ReceivedFrame frame) => frame.Header.Type is FrameType.KeepAliveRequest;
}
