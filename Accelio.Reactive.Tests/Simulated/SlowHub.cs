using Accelio.Transports.Polling;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>A network on which everything is under way for a number of turns that a seed says.</summary>
internal sealed class SlowHub(int seed) : SimulatedHub
{
    private readonly Random _random = new(seed);

    public override SimulatedPath CreatePath(SimulatedCall call, SimulatedEndPoint from, SimulatedEndPoint to, Poller target)
    {
        var path = new SlowPath(_random.Next(), target);
        Poller.Current!.Register(path);
        return path;
    }

    private sealed class SlowPath(int seed, Poller target) : SimulatedPath, IPollable
    {
        private const int LongestDelay = 5;

        private readonly Queue<(WorkItem Item, long Due)> _underWay = new(4096);
        private readonly Random _random = new(seed);
        private long _turn;
        private long _lastDue;

        public override bool Carry(WorkItem item, long bytes)
        {
            _lastDue = Math.Max(_lastDue, _turn + _random.Next(LongestDelay));
            _underWay.Enqueue((item, _lastDue));
            return true;
        }

        public int Poll(long now)
        {
            _turn++;
            var work = _underWay.Count;
            while (_underWay.TryPeek(out var next) && next.Due < _turn)
            {
                _underWay.Dequeue();
                target.Post(next.Item);
            }

            return work;
        }
    }
}
