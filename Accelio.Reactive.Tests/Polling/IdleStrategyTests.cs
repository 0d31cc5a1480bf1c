using System.Net;
using Accelio.Native.Linux;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

[Collection(Alone.Name)]
public class IdleStrategyTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromMicroseconds(50);

    [Fact]
    public void A_budget_is_spent_once_per_idle_period()
    {
        using var idle = new IdleStrategy(Budget, sockets: null);

        Assert.True(idle.ShouldSpin(1000));
        Assert.True(idle.ShouldSpin(1000 + Budget.Ticks - 1));
        Assert.False(idle.ShouldSpin(1000 + Budget.Ticks));
        idle.OnBlock();
        Assert.False(idle.ShouldSpin(1000 + Budget.Ticks + 1), "waking up for nothing is no reason to spin");

        idle.OnWork();
        Assert.True(idle.ShouldSpin(2000));
        Assert.True(idle.ShouldSpin(2000 + Budget.Ticks - 1));
    }

    [Fact]
    public void No_budget_never_spins_and_an_unlimited_one_always_does()
    {
        using var never = new IdleStrategy(TimeSpan.Zero, sockets: null);
        using var always = new IdleStrategy(Timeout.InfiniteTimeSpan, sockets: null);

        Assert.False(never.ShouldSpin(0));
        Assert.True(always.ShouldSpin(0));
        Assert.True(always.ShouldSpin(TimeSpan.TicksPerDay));
    }

    [Fact]
    public void No_more_pollers_spin_than_there_are_processors_and_one_that_blocks_makes_room()
    {
        var strategies = Enumerable.Range(0, Environment.ProcessorCount + 2).Select(_ => new IdleStrategy(Budget, sockets: null)).ToArray();
        var free = Environment.ProcessorCount - IdleStrategy.SpinningPollers;

        var spinning = strategies.Where(strategy => strategy.ShouldSpin(0)).ToArray();
        Assert.Equal(Math.Max(0, free), spinning.Length);
        Assert.False(strategies[^1].ShouldSpin(1));

        spinning[0].OnBlock();
        strategies[^1].OnWork();
        Assert.True(strategies[^1].ShouldSpin(2));

        Array.ForEach(strategies, strategy => strategy.Dispose());
        Assert.Equal(Environment.ProcessorCount - free, IdleStrategy.SpinningPollers);
    }

    [Fact]
    public void A_thread_that_has_to_share_its_processor_gives_up_spinning_for_a_while()
    {
        var gaveUp = false;
        var done = false;
        var rival = Pinned(() =>
        {
            while (!Volatile.Read(ref done))
            {
                Thread.SpinWait(1000);
            }
        });
        var spinner = Pinned(() =>
        {
            using var idle = new IdleStrategy(Budget, sockets: null);
            var end = PollerClock.Machine.Read() + (5 * TimeSpan.TicksPerSecond);
            for (var now = 0L; now < end && !gaveUp; now = PollerClock.Machine.Read())
            {
                idle.OnWork();
                gaveUp = !idle.ShouldSpin(PollerClock.Machine.Read());
                do
                {
                    Scheduling.Yield();
                }
                while (!gaveUp && idle.ShouldSpin(PollerClock.Machine.Read()));
            }
        });

        spinner.Join();
        Volatile.Write(ref done, true);
        rival.Join();

        Assert.True(gaveUp);
    }

    [Fact]
    public void A_socket_whose_local_peer_runs_on_this_processor_is_not_waited_for_by_spinning()
    {
        bool? here = null, elsewhere = null, spinsHere = null;
        Pinned(() =>
        {
            using var listener = new DescriptorHandle(Sockets.Create(Sockets.FamilyInet, Sockets.TypeStream | Sockets.TypeCloseOnExec));
            Sockets.Bind(listener.Descriptor, new IPEndPoint(IPAddress.Loopback, 0));
            Sockets.Listen(listener.Descriptor, 1);
            Sockets.GetLocalAddress(listener.Descriptor, out var address);
            using var far = new DescriptorHandle(Sockets.Create(Sockets.FamilyInet, Sockets.TypeStream | Sockets.TypeCloseOnExec));
            Sockets.Connect(far.Descriptor, address.ToEndPoint()!);
            var accepted = Sockets.Accept(listener.Descriptor, Sockets.TypeNonBlocking | Sockets.TypeCloseOnExec, out _);
            using var near = new DescriptorHandle(accepted);
            using var reactor = new SocketReactor(exception => Assert.Fail(exception.Message));
            var handler = new ActionHandler { Readable = _ => Pair.Read(near.Descriptor, 8) };
            reactor.Add(handler, near.Descriptor, wantRead: true, wantWrite: false);
            SendByte(far.Descriptor);
            reactor.Poll(0);

            here = reactor.SharesProcessorWithPeer();
            using var idle = new IdleStrategy(Budget, reactor);
            spinsHere = idle.ShouldSpin(0);
            Scheduling.PinCurrentThread(Environment.ProcessorCount - 1);
            elsewhere = reactor.SharesProcessorWithPeer();
        }).Join();

        Assert.True(here);
        Assert.False(spinsHere);
        Assert.Equal(Environment.ProcessorCount == 1, elsewhere);
    }

    private static unsafe void SendByte(int descriptor)
    {
        byte value = 1;
        Assert.Equal(1, Sockets.Send(descriptor, &value, 1, Sockets.MessageNoSignal));
    }

    private static Thread Pinned(Action action)
    {
        var thread = new Thread(() =>
        {
            Scheduling.PinCurrentThread(0);
            action();
        });
        thread.Start();
        return thread;
    }
}
