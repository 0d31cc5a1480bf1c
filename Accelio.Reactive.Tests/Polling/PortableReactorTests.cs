using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Accelio.Transports.Polling;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

/// <summary>Readiness out of operations, and operations that outlive what they were begun for.</summary>
public sealed class PortableReactorTests : IDisposable
{
    private readonly ManualPoller _poller = new(new PollerOptions { Engine = ReactorKind.Portable, SpinTime = TimeSpan.Zero });
    private readonly SocketPair _pair = new();

    private PortableReactor Reactor => (PortableReactor)_poller.Sockets!;

    public void Dispose()
    {
        _poller.Dispose();
        _pair.Dispose();
    }

    [Fact]
    public void A_handler_is_told_of_input_and_of_the_end_when_they_are_there_and_not_before()
    {
        var seen = new List<int>();
        var watch = Watch(_pair.Near, isListening: false);
        watch.Attach(new ActionHandler { Readable = _ => Note(Receive(out var error), error) }, true, false);
        Turn(5);
        Assert.Empty(seen);
        Assert.True(watch.IsArmed);

        _pair.Far.Send(new byte[3]);
        Until(() => seen.Count == 1);
        _pair.Far.Shutdown(SocketShutdown.Send);
        Until(() => seen.Count > 1);

        Assert.Equal([3, 0], seen.Take(2));

        int Note(int received, SocketError error)
        {
            if (error == SocketError.Success)
            {
                seen.Add(received);
            }

            return error == SocketError.Success ? 1 : 0;
        }
    }

    [Fact]
    public void A_handler_that_wants_no_input_is_not_told_and_hears_of_it_when_it_does()
    {
        var told = 0;
        var watch = Watch(_pair.Near, isListening: false);
        watch.Attach(new ActionHandler { Readable = _ => Receive(out var _) > 0 ? ++told : 0 }, true, false);
        Turn(1);
        watch.Update(wantRead: false, wantWrite: false);

        _pair.Far.Send(new byte[1]);
        UntilPosted();
        Turn(3);
        Assert.Equal(0, told);

        watch.Update(wantRead: true, wantWrite: false);
        Until(() => told > 0);
    }

    [Fact]
    public void A_completion_that_comes_after_the_socket_was_closed_touches_nothing_and_its_operation_is_used_again()
    {
        var calls = 0;
        var watch = Watch(_pair.Near, isListening: false);
        watch.Attach(new ActionHandler { Readable = _ => ++calls, Error = _ => calls++ }, true, false);
        Turn(1);
        Assert.True(watch.IsArmed);
        _pair.Far.Send(new byte[1]);
        UntilPosted();

        watch.Close();
        Turn(3);

        Assert.Equal(0, calls);
        Assert.Equal(0, Reactor.Count);
        var operation = Reactor.Rent();
        Reactor.Return(operation);
        using var other = new SocketPair();
        var next = Watch(other.Near, isListening: false);
        next.Attach(new ActionHandler { Readable = _ => ++calls }, true, false);
        Turn(1);
        Assert.NotSame(operation, Reactor.Rent());
        other.Far.Send(new byte[1]);
        Until(() => calls > 0);
        next.Close();
    }

    [Fact]
    public void A_connection_that_was_accepted_for_a_listener_that_has_gone_is_closed()
    {
        using var socket = Listen();
        var watch = Watch(socket, isListening: true);
        watch.Attach(new ActionHandler { Direct = false, Readable = _ => throw new InvalidOperationException("late") }, true, false);
        Turn(1);
        using var client = Connect(socket);
        UntilPosted();

        watch.Close();
        Turn(1);

        Assert.True(IsOver(client));
        Assert.False(watch.HasAccepted);
    }

    [Fact]
    public void A_connection_that_was_accepted_for_a_poller_that_has_stopped_is_closed()
    {
        using var socket = Listen();
        var watch = Watch(socket, isListening: true);
        watch.Attach(new ActionHandler { Direct = false }, true, false);
        Turn(1);
        _poller.Dispose();

        using var client = Connect(socket);

        Assert.True(IsOver(client));
        watch.Close();
    }

    [Fact]
    public void Bytes_under_way_are_a_copy_and_their_end_says_that_there_is_room()
    {
        var writable = 0;
        var watch = Watch(_pair.Near, isListening: false);
        watch.Attach(new ActionHandler { Writable = _ => writable++ }, false, false);
        var filled = _pair.Fill();
        var bytes = Enumerable.Range(0, 1000).Select(i => (byte)i).ToArray();
        var expected = bytes.ToArray();
        var length = watch.BeginSend(bytes);
        watch.Update(wantRead: false, wantWrite: true);
        Assert.True(watch.IsOutputPending);
        Assert.Equal(bytes.Length, length);
        bytes.AsSpan().Fill(0xEE);
        Turn(5);
        Assert.Equal(0, writable);

        _pair.Read(filled);
        Until(() => writable > 0);

        Assert.Equal(expected, _pair.Read(length));
        Assert.Equal(SocketError.Success, watch.OutputError);
        Assert.Equal(1, writable);
    }

    [Fact]
    public void Bytes_under_way_when_the_socket_is_closed_are_nobodys_any_more()
    {
        var told = 0;
        var watch = Watch(_pair.Near, isListening: false);
        watch.Attach(new ActionHandler { Writable = _ => told++, Error = _ => told++ }, false, false);
        _pair.Fill();
        watch.BeginSend(new byte[100]);
        watch.Update(wantRead: false, wantWrite: true);

        watch.Close();
        UntilPosted();
        Turn(3);

        Assert.Equal(0, told);
        Assert.True(watch.IsOutputPending, "the outcome of a late operation was noted");
    }

    [Fact]
    public void A_handler_that_throws_is_taken_out_and_told()
    {
        var reported = new List<Exception>();
        _poller.OnUnhandled = reported.Add;
        var told = 0;
        var watch = Watch(_pair.Near, isListening: false);
        watch.Attach(new ActionHandler { Readable = _ => throw new FormatException("mine"), Error = _ => told++ }, true, false);

        _pair.Far.Send(new byte[1]);
        Until(() => told > 0);
        Turn(3);

        Assert.Equal(1, told);
        Assert.Equal(0, Reactor.Count);
        Assert.IsType<FormatException>(Assert.Single(reported));
    }

    [Fact]
    public void The_handle_shows_posts_sockets_timers_and_left_over_work_and_nothing_when_there_is_none()
    {
        using var host = new EventWaitHandle(false, EventResetMode.ManualReset);
        host.SafeWaitHandle.Dispose();
        host.SafeWaitHandle = (SafeWaitHandle)_poller.PollHandle;
        var events = new List<string>();
        AssertQuiet();

        _poller.Post(new ActionItem(() => events.Add("posted")));
        PollWhenReady("posted");

        var watch = Watch(_pair.Near, isListening: false);
        watch.Attach(new ActionHandler { Readable = _ => NoteInput() }, true, false);
        AssertQuiet();
        _pair.Far.Send(new byte[1]);
        PollWhenReady("socket");

        _poller.Post(new ActionItem(() =>
            _poller.Timers.Schedule(new ActionTimer(_ => events.Add("timer")), _poller.Now + (10 * TimeSpan.TicksPerMillisecond))));
        PollWhenReady("timer");

        Assert.Equal(["posted", "socket", "timer"], events);

        int NoteInput()
        {
            Receive(out var error);
            if (error == SocketError.Success)
            {
                events.Add("socket");
            }

            return error == SocketError.Success ? 1 : 0;
        }

        void PollWhenReady(string what)
        {
            while (!events.Contains(what))
            {
                Assert.True(host.WaitOne(60_000), $"the handle did not show: {what}");
                _poller.Poll(TimeSpan.Zero);
            }

            AssertQuiet();
        }

        // Who signals may be interrupted before the signal can be acknowledged: until it goes on, the handle shows work that is done.
        void AssertQuiet() => Await(
            () =>
            {
                Turn(1);
                return !host.WaitOne(0);
            },
            "the handle shows work, and there is none");
    }

    [Fact]
    public void A_host_that_disposes_of_the_handle_takes_nothing_away_from_the_poller()
    {
        var executed = 0;
        _poller.PollHandle.Dispose();
        Turn(1);

        _poller.Post(new ActionItem(() => executed++));
        Turn(1);

        Assert.Equal(1, executed);
    }

    [Fact]
    public void The_handle_of_a_poller_that_has_stopped_is_closed()
    {
        var handle = _poller.PollHandle;

        _poller.Dispose();

        Assert.True(handle.IsClosed);
    }

    [Fact]
    public async Task A_processor_to_be_bound_to_is_reported_as_left_to_the_system()
    {
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new PollerOptions { Cpu = 0, Engine = ReactorKind.Portable };
        await using var poller = new ThreadPoller(options) { OnUnhandled = reported.SetResult };
        poller.Start();

        Assert.Contains("portable", (await reported.Task.WaitAsync(TimeSpan.FromSeconds(60))).Message, StringComparison.Ordinal);
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static Socket Connect(Socket listener)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        client.Connect(listener.LocalEndPoint!);
        return client;
    }

    private static bool IsOver(Socket client)
    {
        try
        {
            return client.Receive(new byte[1]) == 0;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    private int Receive(out SocketError error) => _pair.Near.Receive(new byte[10], SocketFlags.None, out error);

    private PortableWatch Watch(Socket socket, bool isListening) => new(Reactor, socket, isListening);

    private void Turn(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _poller.Poll(TimeSpan.Zero);
        }
    }

    private void Until(Func<bool> condition) => Await(() =>
    {
        _poller.Poll(TimeSpan.FromMilliseconds(10));
        return condition();
    });

    // The completion is in the mailbox, and nobody has run it.
    private void UntilPosted() => Await(() => _poller.HasPendingWork);

    private static void Await(Func<bool> condition, string otherwise = "it did not happen")
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60), otherwise);
            Thread.Yield();
        }
    }
}
