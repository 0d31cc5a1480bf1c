using Accelio.Native.Linux;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

public sealed class SocketReactorTests : IDisposable
{
    private readonly List<Exception> _reported = [];
    private readonly SocketReactor _reactor;
    private long _now;

    public SocketReactorTests() => _reactor = new SocketReactor(_reported.Add);

    public void Dispose() => _reactor.Dispose();

    [Fact]
    public void A_handler_is_called_when_there_is_something_to_read_and_again_while_some_is_left()
    {
        using var pair = new Pair();
        _reactor.Add(pair.Count(perCall: 4), pair.Near, wantRead: true, wantWrite: false);
        Turn();
        Assert.Equal(0, pair.Received);

        pair.Send(10);
        Turn();
        Assert.Equal(4, pair.Received);
        Turn();
        Turn();

        Assert.Equal(10, pair.Received);
    }

    [Fact]
    public void Nothing_is_read_while_reading_is_not_wanted()
    {
        using var pair = new Pair();
        var handler = pair.Count();
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: false);
        pair.Send();
        Turn();

        _reactor.Update(handler, wantRead: false, wantWrite: false);
        pair.Send(5);
        Turns(100);
        Assert.Equal(1, pair.Received);

        _reactor.Update(handler, wantRead: true, wantWrite: false);
        Turn();
        Assert.Equal(6, pair.Received);
    }

    [Fact]
    public void Writability_is_told_when_the_kernel_takes_output_again()
    {
        using var pair = new Pair();
        var told = 0;
        var handler = pair.Count();
        handler.Writable = _ => told++;
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: false);
        pair.FillNear();
        _reactor.Update(handler, wantRead: true, wantWrite: true);
        Turn();
        Assert.Equal(0, told);

        pair.DrainFar();
        Turn();

        Assert.Equal(1, told);
    }

    [Fact]
    public void A_busy_socket_is_read_without_asking_the_kernel_for_readiness()
    {
        using var pair = new Pair();
        var calls = 0;
        var handler = new ActionHandler { Readable = _ => ++calls };
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: false);
        pair.Send();
        Turn();
        Assert.True(handler.IsHot);
        Pair.Read(pair.Near, 64);

        Turns(3);

        Assert.Equal(4, calls);
    }

    [Fact]
    public void A_socket_without_work_is_no_longer_polled_directly_after_a_while()
    {
        using var pair = new Pair();
        var handler = pair.Count();
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: false);
        pair.Send();
        Turn();
        Assert.True(handler.IsHot);

        _now += TimeSpan.TicksPerMillisecond;
        Turn();

        Assert.False(handler.IsHot);
    }

    [Fact]
    public void A_handler_that_does_not_allow_it_is_never_polled_directly()
    {
        using var pair = new Pair();
        var calls = 0;
        _reactor.Add(new ActionHandler { Direct = false, Readable = _ => ++calls }, pair.Near, wantRead: true, wantWrite: false);
        pair.Send();
        Turn();
        Pair.Read(pair.Near, 64);

        Turns(100);

        Assert.Equal(1, calls);
    }

    [Fact]
    public void Other_descriptors_are_not_starved_by_busy_ones_even_when_the_clock_stands_still()
    {
        using var busy = new Pair();
        using var quiet = new Pair();
        _reactor.Add(new ActionHandler { Readable = _ => 1 }, busy.Near, wantRead: true, wantWrite: false);
        _reactor.Add(quiet.Count(), quiet.Near, wantRead: true, wantWrite: false);
        busy.Send();
        Turn();

        quiet.Send();
        Turns(SocketReactor.MaxCyclesWithoutWait);

        Assert.Equal(1, quiet.Received);
    }

    [Fact]
    public void Beside_sources_that_are_asked_in_memory_the_kernel_is_asked_now_and_then()
    {
        using var quiet = new Pair();
        _reactor.Add(quiet.Count(), quiet.Near, wantRead: true, wantWrite: false);
        _reactor.OtherSources = 1;
        _now += 50 * TimeSpan.TicksPerMicrosecond;
        Turn();

        quiet.Send();
        Turns(SocketReactor.MaxCyclesWithoutWait - 1);
        Assert.Equal(0, quiet.Received);
        Turn();

        Assert.Equal(1, quiet.Received);
    }

    [Fact]
    public void With_a_clock_that_runs_others_wait_fifty_microseconds_at_most()
    {
        using var busy = new Pair();
        using var quiet = new Pair();
        _reactor.Add(new ActionHandler { Readable = _ => 1 }, busy.Near, wantRead: true, wantWrite: false);
        _reactor.Add(quiet.Count(), quiet.Near, wantRead: true, wantWrite: false);
        busy.Send();
        Turn();

        quiet.Send();
        _now += 50 * TimeSpan.TicksPerMicrosecond;
        Turn();

        Assert.Equal(1, quiet.Received);
    }

    [Fact]
    public void More_busy_sockets_than_can_be_polled_directly_are_all_served_every_cycle()
    {
        var pairs = Enumerable.Range(0, HotHandlers.Capacity + 2).Select(_ => new Pair()).ToArray();
        var handlers = pairs.Select(pair => pair.Count()).ToArray();
        for (var i = 0; i < pairs.Length; i++)
        {
            _reactor.Add(handlers[i], pairs[i].Near, wantRead: true, wantWrite: false);
        }

        Array.ForEach(pairs, pair => pair.Send());
        Turn();
        for (var round = 2; round < 50; round++)
        {
            Array.ForEach(pairs, pair => pair.Send());
            Turn();
            Assert.All(pairs, pair => Assert.Equal(round, pair.Received));
        }

        Assert.All(handlers, handler => Assert.False(handler.IsHot));
        Array.ForEach(pairs, pair => pair.Dispose());
    }

    [Fact]
    public void A_handler_is_called_at_most_once_per_cycle()
    {
        using var pair = new Pair();
        var calls = 0;
        ActionHandler? handler = null;
        handler = new ActionHandler
        {
            Readable = _ =>
            {
                _reactor.MarkReady(handler!);
                return ++calls;
            },
        };
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: false);
        pair.Send();

        for (var turn = 1; turn < 100; turn++)
        {
            Turn();
            Assert.Equal(turn, calls);
        }
    }

    [Fact]
    public void A_handler_marked_ready_is_called_in_the_next_cycle_without_any_event()
    {
        using var pair = new Pair();
        var calls = 0;
        var handler = new ActionHandler { Readable = _ => ++calls };
        _reactor.Add(handler, pair.Near, wantRead: false, wantWrite: false);

        _reactor.MarkReady(handler);
        _reactor.MarkReady(handler);
        Assert.True(_reactor.HasReady);
        Turn();

        Assert.Equal(1, calls);
        Assert.False(_reactor.HasReady);
    }

    [Fact]
    public void A_removed_handler_is_not_called_for_events_of_the_same_batch_nor_for_its_ready_mark()
    {
        using var first = new Pair();
        using var second = new Pair();
        var calls = new List<string>();
        ActionHandler? one = null, two = null;
        one = new ActionHandler { Readable = _ => Call("one", two!) };
        two = new ActionHandler { Readable = _ => Call("two", one!) };
        _reactor.Add(one, first.Near, wantRead: true, wantWrite: false);
        _reactor.Add(two, second.Near, wantRead: true, wantWrite: false);
        first.Send();
        second.Send();

        Turns(100);

        Assert.Single(calls.Distinct());
        Assert.Equal(1, _reactor.Count);

        int Call(string name, SocketHandler other)
        {
            calls.Add(name);
            _reactor.MarkReady(other);
            _reactor.Remove(other);
            return 1;
        }
    }

    [Fact]
    public void Events_of_a_removed_handler_do_not_reach_the_one_that_got_its_place_and_its_descriptor_number()
    {
        var calls = 0;
        var successors = new List<Pair>();
        var replaced = false;
        var pairs = Enumerable.Range(0, 8).Select(_ => new Pair()).ToArray();
        var victims = new ActionHandler[pairs.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            victims[i] = new ActionHandler { Readable = _ => Replace() };
            _reactor.Add(victims[i], pairs[i].Near, wantRead: true, wantWrite: false);
            pairs[i].Send();
        }

        Turns(100);

        Assert.True(replaced);
        Assert.Empty(_reported);
        Assert.Equal(0, calls);
        Assert.Contains(successors, successor => pairs.Any(pair => pair.Near == successor.Near));
        successors.ForEach(successor => successor.Dispose());

        int Replace()
        {
            Assert.False(replaced, "an event fetched for a removed handler arrived");
            replaced = true;
            for (var i = 0; i < pairs.Length; i++)
            {
                _reactor.Remove(victims[i]);
                pairs[i].Dispose();
            }

            for (var i = 0; i < pairs.Length; i++)
            {
                var successor = new Pair();
                successors.Add(successor);
                _reactor.Add(new ActionHandler { Readable = _ => ++calls }, successor.Near, wantRead: true, wantWrite: false);
            }

            return 1;
        }
    }

    [Fact]
    public void The_end_of_a_stream_is_met_by_reading()
    {
        using var pair = new Pair();
        var results = new List<int>();
        ActionHandler? handler = null;
        handler = new ActionHandler
        {
            Readable = _ =>
            {
                results.Add(Pair.Read(pair.Near, 64));
                if (results[^1] == 0)
                {
                    _reactor.Remove(handler!);
                }

                return 1;
            },
            Error = _ => results.Add(-1),
        };
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: false);
        pair.Send(3);
        pair.CloseFar();

        Turns(10);

        Assert.Equal([3, 0], results);
    }

    [Fact]
    public void A_hang_up_is_an_error_to_a_handler_that_does_not_want_to_read()
    {
        using var pair = new Pair();
        var errors = 0;
        ActionHandler? handler = null;
        handler = new ActionHandler
        {
            Readable = _ => throw new InvalidOperationException("not wanted"),
            Error = _ =>
            {
                errors++;
                _reactor.Remove(handler!);
            },
        };
        _reactor.Add(handler, pair.Near, wantRead: false, wantWrite: false);

        pair.CloseFar();
        Turns(10);

        Assert.Equal(1, errors);
        Assert.Empty(_reported);
    }

    [Fact]
    public void A_handler_that_throws_is_reported_removed_and_told()
    {
        using var pair = new Pair();
        using var other = new Pair();
        var told = 0;
        var handler = new ActionHandler { Readable = _ => throw new InvalidOperationException("mine"), Error = _ => told++ };
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: false);
        _reactor.Add(other.Count(), other.Near, wantRead: true, wantWrite: false);
        pair.Send();
        other.Send();

        Turns(10);

        Assert.Equal("mine", Assert.Single(_reported).Message);
        Assert.False(handler.IsRegistered);
        Assert.Equal(1, told);
        Assert.Equal(1, other.Received);
    }

    [Fact]
    public void Pipes_and_event_counters_can_be_watched_like_sockets()
    {
        using var counter = new EventCounter();
        Assert.True(Descriptors.CreatePipe(out var reader, out var writer) >= 0);
        using var readerHandle = new DescriptorHandle(reader);
        using var writerHandle = new DescriptorHandle(writer);
        var calls = new List<string>();
        var signal = new ActionHandler { Direct = false, Readable = _ => Note("counter", counter.Reset() ? 1 : 0) };
        var input = new ActionHandler { Direct = false, Readable = _ => Note("pipe", 1) };
        _reactor.Add(signal, counter.Descriptor, wantRead: true, wantWrite: false);
        _reactor.Add(input, reader, wantRead: true, wantWrite: false);
        ActionHandler? output = null;
        output = new ActionHandler
        {
            Writable = _ =>
            {
                Note("output", 1);
                _reactor.Remove(output!);
            },
        };
        _reactor.Add(output, writer, wantRead: false, wantWrite: true);

        counter.Signal();
        Turn();

        Assert.Equal(["counter", "output"], calls.Order());

        int Note(string name, int result)
        {
            calls.Add(name);
            return result;
        }
    }

    [Fact]
    public void A_descriptor_that_cannot_be_watched_is_refused_and_leaves_no_trace()
    {
        var handler = new ActionHandler();

        Assert.Throws<IOException>(() => _reactor.Add(handler, -1, wantRead: true, wantWrite: false));

        Assert.Equal(0, _reactor.Count);
        Assert.False(handler.IsRegistered);
    }

    [Fact]
    public void A_handler_can_be_removed_after_the_reactor_has_gone()
    {
        using var pair = new Pair();
        var handler = pair.Count();
        _reactor.Add(handler, pair.Near, wantRead: true, wantWrite: false);
        pair.Send();
        Turn();

        _reactor.Dispose();
        _reactor.Remove(handler);
        _reactor.MarkReady(handler);

        Assert.False(handler.IsRegistered);
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
