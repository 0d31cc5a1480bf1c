using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>Registered memory: the library takes holds of its own, so that calls end at once and the memory may be given up in any
/// order.</summary>
public abstract class RegisteredMemoryTests(Sessions.Wire wire) : SessionTests(wire)
{
    private static readonly int[] Lengths = [1, 100, 8192, 8193, 50_000, 600_000];

    private readonly ConcurrentQueue<RegisteredMemory> _taken = new();

    [Fact]
    public async Task It_may_be_given_up_as_soon_as_the_call_is_made_by_every_verb()
    {
        var seen = new ConcurrentQueue<byte[]>();
        await using var pair = await OpenAsync(server =>
        {
            Pair.Echo(server);
            server.Messages.Detach().Subscribe(message => seen.Enqueue(message.Payload.ToArray()));
        });
        foreach (var length in Lengths)
        {
            var body = Pair.Bytes(length);
            var answers = new ConcurrentQueue<byte[]>();
            var calls = new List<Task>
            {
                Given(pair.ClientContext, body, message => pair.Session.SendAsync(message).AsTask()),
                Given(pair.ClientContext, body, message => pair.Session.DeliverAsync(message).AsTask()),
                Given(pair.ClientContext, body, async message => answers.Enqueue(await pair.Session.RequestAsync(message, Copy))),
            };
            Assert.True(Given(pair.ClientContext, body, message => pair.Session.TrySend(message, out _)));
            using var cold = Given(pair.ClientContext, body, message => pair.Session.Request(message, Copy).Subscribe(answers.Enqueue));

            // Whatever is rented now is not what is on its way.
            Scribble(pair.ClientContext, length);
            await Task.WhenAll(calls).WaitAsync(Pair.Limit);
            await Until.TrueAsync(() => answers.Count == 2 && seen.Count == 3, () => $"{answers.Count} answers, {seen.Count} messages");
            Assert.All(answers, answer => Assert.Equal(body, answer));
            Assert.All(seen, message => Assert.Equal(body, message));
            seen.Clear();
        }

        await NothingIsHeldAsync();
    }

    [Fact]
    public async Task It_serves_as_a_response_and_is_given_up_before_the_response_has_left()
    {
        await using var pair = await OpenAsync(server => server.Handle(request =>
        {
            var body = Pair.Bytes((int)BitConverter.ToUInt32(request.Payload.FirstSpan));
            return new ValueTask(Given(server.HomeContext, body, response =>
            {
                var responding = request.RespondAsync(response).AsTask();
                Scribble(server.HomeContext, body.Length);
                return responding;
            }));
        }));

        foreach (var length in Lengths)
        {
            Assert.Equal(Pair.Bytes(length), await pair.Session.RequestAsync(BitConverter.GetBytes(length), Copy));
        }

        await NothingIsHeldAsync();
    }

    [Fact]
    public async Task A_part_of_it_may_be_sent()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        using var memory = Rent(pair.ClientContext, 1000);
        var body = Pair.Bytes(1000);
        body.CopyTo(memory.Memory);

        Assert.Equal(body[10..30], await pair.Session.RequestAsync(memory.Memory[10..30], Copy));
        Assert.Equal(body, await pair.Session.RequestAsync(memory, Copy));
    }

    [Fact]
    public async Task A_call_need_not_wait_until_it_has_left()
    {
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(_ => { }));
        using var memory = Rent(pair.ClientContext, 600_000);
        var ordinary = new byte[600_000];

        var (registered, borrowed) = await pair.ClientContext.RunAsync(_ =>
        {
            var first = pair.Session.SendAsync(memory);
            var second = pair.Session.SendAsync(ordinary);
            return ValueTask.FromResult((first.IsCompletedSuccessfully, second.IsCompletedSuccessfully));
        });

        Assert.True(registered);
        Assert.False(borrowed);
    }

    [Fact]
    public async Task What_waits_for_the_window_is_held_and_what_is_never_sent_is_given_back()
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(
            server => server.Messages.Subscribe(message => kept.Enqueue(message.Retain())),
            server: options => options.WindowMessages = 1);
        await pair.Session.SendAsync(new byte[1]);
        await Until.TrueAsync(() => kept.Count == 1, () => "no message");
        var body = Pair.Bytes(20_000);
        using var source = new CancellationTokenSource();
        using var watched = Rent(pair.ClientContext, body.Length);
        body.CopyTo(watched.Memory);

        var sent = Given(pair.ClientContext, body, message => pair.Session.SendAsync(message).AsTask());
        var canceled = Given(pair.ClientContext, body, message => pair.Session.SendAsync(message, source.Token).AsTask());
        var lost = pair.Session.SendAsync(watched).AsTask();
        await pair.ClientContext.RunAsync(_ => default);
        Assert.True(watched.IsInUse);
        Scribble(pair.ClientContext, body.Length);
        await source.CancelAsync();
        await Assert.ThrowsAsync<AccelioCanceledException>(() => canceled.WaitAsync(Pair.Limit));
        kept.TryDequeue(out var first);
        first.Dispose();
        await sent.WaitAsync(Pair.Limit);
        await Until.TrueAsync(() => kept.Count == 1, () => "no second message");
        Assert.True(kept.TryDequeue(out var second) && second.Detach().Payload.Span.SequenceEqual(body));

        pair.Session.Dispose();

        await Assert.ThrowsAnyAsync<AccelioException>(() => lost.WaitAsync(Pair.Limit));
        Assert.False(watched.IsInUse);
        second.Dispose();
        watched.Dispose();
        await NothingIsHeldAsync();
    }

    [Fact]
    public async Task It_throws_after_Dispose_and_a_second_Dispose_does_nothing()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var memory = Rent(pair.ClientContext, 100);
        var kept = memory.Memory;
        OutboundMessage message = memory;
        var pin = kept.Pin();

        memory.Dispose();
        memory.Dispose();

        Assert.Throws<ObjectDisposedException>(() => kept.Span[0]);
        Assert.Throws<ObjectDisposedException>(() => kept.Pin());
        Assert.Throws<ObjectDisposedException>(() => memory.GetSpan());
        Assert.Throws<ObjectDisposedException>(() => pair.Session.TrySend(message, out _));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pair.Session.SendAsync(message));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pair.Session.RequestAsync(message, _ => 0));
        Assert.Throws<ObjectDisposedException>(() => pair.Session.Request(message).Subscribe(_ => { }));
        var copy = pin;
        pin.Dispose();
        Assert.Contains("each MemoryHandle once", Assert.Throws<InvalidOperationException>(() => copy.Dispose()).Message, StringComparison.Ordinal);
        Assert.Equal(3, await pair.Session.RequestAsync(new byte[3], answer => answer.PayloadLength));
        await NothingIsHeldAsync();
    }

    [Fact]
    public async Task Dispose_and_sends_race_on_four_threads_and_every_hold_comes_back()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var body = Pair.Bytes(9000);
        for (var round = 0; round < 100; round++)
        {
            var memory = Rent(pair.ClientContext, body.Length);
            body.CopyTo(memory.Memory);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
            {
                try
                {
                    Assert.Equal(body, await pair.Session.RequestAsync(memory, Copy));
                }
                catch (ObjectDisposedException)
                {
                    // Another one was quicker.
                }

                memory.Dispose();
            })));
        }

        await NothingIsHeldAsync();
    }

    [Fact]
    public async Task A_span_that_is_used_after_Dispose_reaches_no_other_message()
    {
        var seen = new ConcurrentQueue<byte[]>();
        await using var pair = await OpenAsync(server => server.Messages.Detach().Subscribe(message => seen.Enqueue(message.Payload.ToArray())));
        var body = Pair.Bytes(50_000);
        await pair.ClientContext.RunAsync(_ =>
        {
            var memory = Rent(pair.ClientContext, body.Length);
            var span = memory.GetSpan();
            memory.Dispose();
            for (var i = 0; i < 20; i++)
            {
                using var next = Rent(pair.ClientContext, body.Length);
                body.CopyTo(next.Memory);
                Assert.True(pair.Session.TrySend(next, out var _));
                span.Fill(0xEE);
            }

            return default;
        });

        await Until.TrueAsync(() => seen.Count == 20, () => $"{seen.Count} messages");
        Assert.All(seen, message => Assert.Equal(body, message));
        await NothingIsHeldAsync();
    }

    [Fact]
    public async Task Memory_of_ones_own_is_sent_from_where_it_is_and_pinned_until_it_has_left()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var own = Pair.Bytes(700_000);
        var registered = pair.ClientContext.RegisterMemory(own.AsMemory(0, 600_000));
        _taken.Enqueue(registered);

        var whole = pair.Session.RequestAsync(registered, Copy).AsTask();
        var part = pair.Session.RequestAsync(registered.Memory[1..9001], Copy).AsTask();
        registered.Dispose();

        Assert.Equal(600_000, registered.Length);
        Assert.Equal(own[..600_000], await whole.WaitAsync(Pair.Limit));
        Assert.Equal(own[1..9001], await part.WaitAsync(Pair.Limit));
        await NothingIsHeldAsync();
    }

    [Fact]
    public async Task Rented_memory_that_was_dropped_is_collected()
    {
        await using var context = Start("renter");

        var dropped = Drop(context);
        for (var i = 0; i < 10 && dropped.IsAlive; i++)
        {
            GC.Collect();
        }

        Assert.False(dropped.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Drop(AccelioContext context) => new(context.RentMemory(10_000));
    }

    [Fact]
    public async Task No_memory_at_all_is_refused_by_name()
    {
        await using var context = Start("renter");

        Assert.Equal("memory", Assert.Throws<ArgumentException>(() => context.RegisterMemory(default)).ParamName);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((1 << 30) + 1)]
    public async Task A_length_that_cannot_be_is_refused_by_name(int length)
    {
        await using var context = Start("renter");

        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => context.RentMemory(length));

        Assert.Equal("length", exception.ParamName);
    }

    [Fact]
    public async Task It_has_the_length_that_was_asked_for_and_outlives_its_context()
    {
        var context = Start("renter");
        var memory = context.RentMemory(1234);
        var onContext = await context.RunAsync(_ => ValueTask.FromResult(context.RentMemory(777)));
        memory.GetSpan().Fill(1);
        onContext.GetSpan().Fill(2);

        await context.DisposeAsync();

        Assert.Equal((1234, 777), (memory.Length, onContext.Memory.Length));
        Assert.Equal(-1, memory.GetSpan().IndexOfAnyExcept((byte)1));
        Assert.Equal(-1, onContext.GetSpan().IndexOfAnyExcept((byte)2));
        memory.Dispose();
        onContext.Dispose();
        Assert.Throws<ObjectDisposedException>(() => context.RentMemory(1));
        Assert.Throws<ObjectDisposedException>(() => context.RegisterMemory(new byte[1]));
    }

    internal static async Task AllIsBackAsync(Pair pair)
    {
        foreach (var context in new[] { (PollerContext)pair.ClientContext, (PollerContext)pair.ServerContext })
        {
            await Until.TrueAsync(() => Outstanding(context) == 0, () => $"{Outstanding(context)} blocks of {context.Name} are still out");
        }
    }

    private static long Outstanding(PollerContext context) => context.SharedMemory.Statistics.RentedBlocks;

    private static byte[] Copy(InboundMessage message) => message.Detach().Payload.ToArray();

    private async Task NothingIsHeldAsync() =>
        await Until.TrueAsync(() => _taken.Sum(memory => memory.Holds) == 0, () => $"{_taken.Sum(memory => memory.Holds)} holds are still out");

    private RegisteredMemory Rent(AccelioContext context, int length)
    {
        var memory = context.RentMemory(length);
        _taken.Enqueue(memory);
        return memory;
    }

    private T Given<T>(AccelioContext context, byte[] body, Func<OutboundMessage, T> call)
    {
        using var memory = Rent(context, body.Length);
        body.CopyTo(memory.Memory);
        return call(memory);
    }

    private void Scribble(AccelioContext context, int length)
    {
        for (var i = 0; i < 50; i++)
        {
            using var memory = Rent(context, length);
            memory.GetSpan().Fill(0xEE);
        }
    }
}
