using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

/// <summary>Sockets that are busy all the time: read every cycle, and not watched by the kernel.</summary>
public sealed class UnwatchedSocketTests : IDisposable
{
    private readonly List<Exception> _reported = [];
    private readonly SocketReactor _reactor;
    private long _now;

    public UnwatchedSocketTests() => _reactor = new SocketReactor(_reported.Add);

    public void Dispose() => _reactor.Dispose();

    [Fact]
    public void A_socket_that_is_busy_for_long_is_read_every_cycle_and_not_watched_until_the_poller_blocks()
    {
        using var pair = new Pair();
        var handler = Busy(pair);
        Assert.True(handler.IsUnwatched);
        var received = pair.Received;

        pair.Send();
        Turn();
        Assert.Equal(received + 1, pair.Received);

        _reactor.Wait(0);
        Assert.True(handler.IsUnwatched);

        pair.Send();
        _reactor.Wait(10_000);
        Assert.False(handler.IsUnwatched);
        Turn();
        Assert.Equal(received + 2, pair.Received);
        Assert.Empty(_reported);
    }

    [Fact]
    public void What_wakes_a_sleep_that_begins_with_the_watch_is_what_comes_later_too()
    {
        using var pair = new Pair();
        Busy(pair);
        var received = pair.Received;

        var sender = new Thread(() =>
        {
            Thread.Sleep(20);
            pair.Send();
        });
        sender.Start();
        _reactor.Wait(-1);
        sender.Join();
        Turn();

        Assert.Equal(received + 1, pair.Received);
    }

    [Fact]
    public void A_busy_socket_that_becomes_quiet_is_watched_again()
    {
        using var pair = new Pair();
        var handler = Busy(pair);

        _now += TimeSpan.TicksPerMillisecond;
        Turn();
        Assert.False(handler.IsHot);
        Assert.False(handler.IsUnwatched);

        var received = pair.Received;
        pair.Send();
        Turn();
        Assert.Equal(received + 1, pair.Received);
    }

    [Fact]
    public void A_busy_socket_is_watched_again_when_its_interest_changes()
    {
        using var pair = new Pair();
        var handler = Busy(pair);
        var told = 0;
        handler.Writable = _ => told++;

        _reactor.Update(handler, wantRead: true, wantWrite: true);
        Assert.False(handler.IsUnwatched);
        _now += TimeSpan.TicksPerMillisecond;
        Turn();
        Assert.Equal(1, told);

        _reactor.Update(handler, wantRead: false, wantWrite: false);
        pair.Send();
        var received = pair.Received;
        Turns(SocketReactor.MaxCyclesWithoutWait + 1);
        Assert.Equal(received, pair.Received);
    }

    [Fact]
    public void A_busy_socket_that_waits_for_room_to_send_stays_watched()
    {
        using var pair = new Pair();
        pair.FillNear();
        var told = 0;
        var handler = pair.Count();
        handler.Writable = _ => told++;
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: true);
        KeepBusy(pair);

        Assert.False(handler.IsUnwatched);
        pair.DrainFar();
        _now += TimeSpan.TicksPerMillisecond;
        Turn();
        Assert.Equal(1, told);
    }

    [Fact]
    public void A_busy_socket_can_be_removed_and_watched_by_another()
    {
        using var pair = new Pair();
        var handler = Busy(pair);

        _reactor.Remove(handler);
        Assert.False(handler.IsUnwatched);
        var calls = 0;
        _reactor.Add(new ActionHandler { Direct = false, Readable = _ => ++calls }, pair.Near, wantRead: true, wantWrite: false);
        pair.Send();
        _reactor.Wait(10_000);
        Turn();

        Assert.Equal(1, calls);
    }

    [Fact]
    public void The_end_of_a_busy_stream_is_met_while_it_is_not_watched()
    {
        using var pair = new Pair();
        var ends = 0;
        var handler = pair.Count();
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: false);
        KeepBusy(pair);
        Assert.True(handler.IsUnwatched);
        handler.Readable = _ => Pair.Read(pair.Near, 64) == 0 ? ++ends : 0;

        pair.CloseFar();
        Turn();

        Assert.Equal(1, ends);
    }

    [Fact]
    public void A_busy_socket_that_cannot_be_watched_again_is_reported_and_told()
    {
        using var pair = new Pair();
        var errors = 0;
        var handler = Busy(pair);
        handler.Error = _ => errors++;

        // Behind the reactor's back: the number stands for nothing any more.
        pair.CloseNear();
        _reactor.Wait(-1);

        Assert.IsType<IOException>(Assert.Single(_reported));
        Assert.Equal(1, errors);
        Assert.Equal(0, _reactor.Count);
    }

    private ActionHandler Busy(Pair pair)
    {
        var handler = pair.Count();
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: false);
        KeepBusy(pair);
        return handler;
    }

    private void KeepBusy(Pair pair)
    {
        for (var i = 0; i < SocketReactor.BusyReadsBeforeUnwatched; i++)
        {
            pair.Send();
            Turn();
        }
    }

    private void Turn() => _reactor.Poll(_now);

    private void Turns(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Turn();
        }
    }
}
