using System.IO.Pipes;
using System.Runtime.InteropServices;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Contexts;

/// <summary>Descriptors of the host in the loop of a context.</summary>
public sealed class WatchTests : IDisposable
{
    private readonly AnonymousPipeServerStream _writer = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _reader;

    public WatchTests() => _reader = new AnonymousPipeClientStream(PipeDirection.In, _writer.ClientSafePipeHandle);

    [Fact]
    public async Task The_callback_runs_on_the_context_as_often_as_there_is_something_to_read()
    {
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = "watcher" });
        var bytes = new List<int>();
        var elsewhere = 0;
        using var watch = context.Watch(_reader.SafePipeHandle, PollEvents.Readable, events =>
        {
            elsewhere += ReferenceEquals(AccelioContext.Current, context) && events == PollEvents.Readable ? 0 : 1;
            var value = _reader.ReadByte();
            lock (bytes)
            {
                bytes.Add(value);
            }
        });

        _writer.Write([1, 2, 3]);
        await Until.TrueAsync(() => Count(bytes) == 3, () => $"{Count(bytes)} bytes");
        _writer.WriteByte(4);
        await Until.TrueAsync(() => Count(bytes) == 4, () => $"{Count(bytes)} bytes");

        Assert.Equal([1, 2, 3, 4], bytes);
        Assert.Equal(0, elsewhere);
    }

    [Fact]
    public async Task The_end_of_the_other_side_is_readable()
    {
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = "watcher" });
        var end = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = context.Watch(_reader.SafePipeHandle, PollEvents.Readable, _ => end.TrySetResult(_reader.ReadByte()));

        await _writer.DisposeAsync();

        Assert.Equal(-1, await end.Task.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task A_descriptor_that_takes_output_is_writable_and_one_whose_reader_is_gone_is_closed()
    {
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = "watcher" });
        var seen = new TaskCompletionSource<PollEvents>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (context.Watch(_writer.SafePipeHandle, PollEvents.Writable, events => seen.TrySetResult(events)))
        {
            Assert.Equal(PollEvents.Writable, await seen.Task.WaitAsync(Pair.Limit));
        }

        var closed = new TaskCompletionSource<PollEvents>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _reader.DisposeAsync();
        _writer.ClientSafePipeHandle.Dispose();
        using (context.Watch(_writer.SafePipeHandle, PollEvents.Writable, events => closed.TrySetResult(events)))
        {
            Assert.Equal(PollEvents.Closed, await closed.Task.WaitAsync(Pair.Limit));
        }
    }

    [Fact]
    public async Task After_Dispose_on_the_context_no_call_follows_and_the_descriptor_is_still_the_callers()
    {
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = "watcher" });
        var calls = 0;
        IDisposable? watch = null;
        watch = await context.RunAsync(_ => ValueTask.FromResult(context.Watch(_reader.SafePipeHandle, PollEvents.Readable, _ =>
        {
            calls++;
            watch!.Dispose();
            watch.Dispose();
        })));

        _writer.Write([1, 2]);
        await Until.TrueAsync(() => Volatile.Read(ref calls) == 1, () => "no call");
        await context.RunAsync(_ => default);

        Assert.Equal(1, calls);
        Assert.Equal(0, ((PollerContext)context).Poller.Sockets!.Count);
        Assert.Equal(1, _reader.ReadByte());
    }

    [Fact]
    public async Task A_callback_that_throws_ends_its_watch_and_no_other()
    {
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = "watcher" });
        var unhandled = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var others = 0;
        context.UnhandledExceptions.Subscribe(exception => unhandled.TrySetResult(exception));
        using var other = context.Watch(_reader.SafePipeHandle, PollEvents.Readable, _ => others++);
        using var watch = context.Watch(_reader.SafePipeHandle, PollEvents.Readable, _ => throw new FormatException());

        _writer.WriteByte(1);

        Assert.IsType<FormatException>(await unhandled.Task.WaitAsync(Pair.Limit));
        Assert.Equal(1, await context.RunAsync(_ => ValueTask.FromResult(((PollerContext)context).Poller.Sockets!.Count)));
        var before = Volatile.Read(ref others);
        await Until.TrueAsync(() => Volatile.Read(ref others) > before, () => "the other watch has ended too");
    }

    [Fact]
    public async Task The_end_of_the_context_ends_its_watches_and_closes_no_descriptor_of_the_caller()
    {
        var context = AccelioContext.Start(new AccelioContextOptions { Name = "watcher" });
        var calls = 0;
        var watch = context.Watch(_reader.SafePipeHandle, PollEvents.Readable, _ => calls++);
        await context.RunAsync(_ => default);

        await context.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
        _writer.WriteByte(7);

        watch.Dispose();
        Assert.Equal(0, calls);
        Assert.Equal(7, _reader.ReadByte());
        Assert.Throws<ObjectDisposedException>(() => context.Watch(_reader.SafePipeHandle, PollEvents.Readable, _ => { }));
    }

    [Fact]
    public void The_loop_of_a_host_sees_his_own_descriptors_through_the_one_of_the_context()
    {
        using var context = AccelioContext.Manual(new AccelioContextOptions { Name = "manual" });
        var calls = 0;
        using var watch = context.Watch(_reader.SafePipeHandle, PollEvents.Readable, _ => calls += _reader.ReadByte());
        context.Poll(TimeSpan.Zero);
        Assert.Equal(0, calls);

        _writer.WriteByte(5);
        context.Poll(Pair.Limit);

        Assert.Equal(5, calls);
    }

    [Fact]
    public async Task What_cannot_be_watched_is_refused_by_name()
    {
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = "watcher" });
        await using var portable = AccelioContext.Start(new AccelioContextOptions { Name = "portable", TcpEngine = TcpEngine.Portable });
        await using var inVirtualTime = AccelioContext.OnScheduler(new TestScheduler());
        using var file = File.OpenHandle(typeof(WatchTests).Assembly.Location);
        var handle = _reader.SafePipeHandle;

        Refused<ArgumentNullException>("descriptor", () => context.Watch(null!, PollEvents.Readable, _ => { }));
        Refused<ArgumentNullException>("callback", () => context.Watch(handle, PollEvents.Readable, null!));
        Refused<ArgumentException>("events", () => context.Watch(handle, PollEvents.None, _ => { }));
        Refused<ArgumentException>("events", () => context.Watch(handle, PollEvents.Closed, _ => { }));
        Refused<ArgumentException>("descriptor", () => context.Watch(file, PollEvents.Readable, _ => { }));
        Assert.Throws<PlatformNotSupportedException>(() => portable.Watch(handle, PollEvents.Readable, _ => { }));
        Assert.Throws<InvalidOperationException>(() => inVirtualTime.Watch(handle, PollEvents.Readable, _ => { }));
        await _reader.DisposeAsync();
        Refused<ArgumentException>("descriptor", () => context.Watch(handle, PollEvents.Readable, _ => { }));
        Refused<ArgumentException>("descriptor", () => context.Watch(new NoDescriptor(), PollEvents.Readable, _ => { }));

        static void Refused<T>(string argument, Func<IDisposable> watch)
            where T : ArgumentException => Assert.Equal(argument, Assert.Throws<T>(watch).ParamName);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
    }

    private static int Count(List<int> list)
    {
        lock (list)
        {
            return list.Count;
        }
    }

    private sealed class NoDescriptor() : SafeHandle(invalidHandleValue: -1, ownsHandle: false)
    {
        public override bool IsInvalid => true;

        protected override bool ReleaseHandle() => true;
    }
}
