using System.Buffers;
using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>The writer form of SendAsync: a callback writes the body straight into memory of the library.</summary>
public abstract class WriterTests(Sessions.Wire wire) : SessionTests(wire)
{
    private readonly ConcurrentQueue<byte[]> _seen = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_written_arrives_whatever_its_length_and_however_it_was_written(bool onContext)
    {
        await using var pair = await OpenAsync(Observe);
        int[] lengths = [0, 1, 100, 4096, 4097, 9000, 300_000, 700_000];
        foreach (var length in lengths)
        {
            var body = Pair.Bytes(length);
            if (onContext)
            {
                await pair.ClientContext.RunAsync(async _ => await pair.Session.SendAsync(body, WriteInPieces));
                await pair.ClientContext.RunAsync(async _ => await pair.Session.Connections[0].SendAsync(body, WriteAsMemory));
            }
            else
            {
                await pair.Session.SendAsync(body, WriteInPieces);
                await pair.Session.Connections[0].SendAsync(body, WriteAsMemory);
            }
        }

        await SeenAsync([.. lengths.SelectMany(length => Enumerable.Repeat(Pair.Bytes(length), 2))]);
        await RegisteredMemoryTests.AllIsBackAsync(pair);
    }

    [Fact]
    public async Task A_callback_that_throws_sends_nothing_and_its_exception_comes_out_of_the_call()
    {
        await using var pair = await OpenAsync(Observe);

        for (var i = 0; i < 300; i++)
        {
            Assert.Throws<FormatException>(() => Begin(pair.Session, 1, static (_, writer) =>
            {
                writer.GetSpan(5000).Fill(1);
                writer.Advance(5000);
                throw new FormatException();
            }));
        }

        await pair.Session.SendAsync(Pair.Bytes(10), WriteInPieces);
        await SeenAsync(Pair.Bytes(10));
        await RegisteredMemoryTests.AllIsBackAsync(pair);
    }

    [Fact]
    public async Task A_writer_and_its_memory_are_of_no_use_outside_the_callback()
    {
        await using var pair = await OpenAsync(Observe);
        IBufferWriter<byte>? kept = null;
        var memories = new List<Memory<byte>>();
        Exception? elsewhere = null;
        for (var i = 0; i < 20; i++)
        {
            await pair.Session.SendAsync(i, (number, writer) =>
            {
                kept = writer;
                memories.Add(writer.GetMemory(100));
                memories[^1].Span[0] = (byte)number;
                var thread = new Thread(() => elsewhere = Record.Exception(() => writer.GetSpan()));
                thread.Start();
                thread.Join();
                writer.Advance(1);
            });
            AssertRule(elsewhere);
        }

        Assert.All(memories, memory =>
        {
            Assert.ThrowsAny<Exception>(() => memory.Span[0] = 0xEE);
            Assert.ThrowsAny<Exception>(() => memory.Pin());
        });
        AssertRule(Record.Exception(() => kept!.GetSpan()));
        AssertRule(Record.Exception(() => kept!.GetMemory()));
        AssertRule(Record.Exception(() => kept!.Advance(0)));
        await SeenAsync([.. Enumerable.Range(0, 20).Select(i => new[] { (byte)i })]);

        static void AssertRule(Exception? exception) =>
            Assert.Contains("inside the callback", Assert.IsType<InvalidOperationException>(exception).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callback_may_send_by_a_writer_itself()
    {
        await using var pair = await OpenAsync(Observe);
        ValueTask<MessageId> inner = default;

        await pair.Session.SendAsync(Pair.Bytes(5000), (outer, writer) =>
        {
            writer.Write(outer.AsSpan(0, 2500));
            inner = Begin(pair.Session, Pair.Bytes(40), WriteInPieces);
            writer.Write(outer.AsSpan(2500));
        });
        await inner;

        await SeenAsync(Pair.Bytes(40), Pair.Bytes(5000));
    }

    [Fact]
    public async Task Wrong_use_inside_the_callback_is_refused_by_name()
    {
        await using var pair = await OpenAsync(Observe, client: options => options.MaxMessageLength = 10_000);

        Assert.Throws<ArgumentNullException>(() => Begin(pair.Session, 1, null!));
        Assert.Equal("count", Refused((_, writer) => writer.Advance(1)).ParamName);
        Assert.Equal("count", Refused((_, writer) => writer.Advance(-1)).ParamName);
        Assert.Equal("sizeHint", Refused((_, writer) => writer.GetSpan(-1)).ParamName);
        Assert.Equal("sizeHint", Refused((_, writer) => writer.GetMemory(int.MaxValue)).ParamName);
        var tooLong = Refused((_, writer) => writer.Write(new byte[10_001]));
        Assert.Contains("MaxMessageLength, 10000 bytes", tooLong.Message, StringComparison.Ordinal);
        Assert.Equal(10_001, tooLong.ActualValue);
        await RegisteredMemoryTests.AllIsBackAsync(pair);

        ArgumentOutOfRangeException Refused(Action<int, IBufferWriter<byte>> write) =>
            Assert.Throws<ArgumentOutOfRangeException>(() => Begin(pair.Session, 1, write));
    }

    [Fact]
    public async Task A_call_need_not_wait_until_it_has_left_and_gives_its_memory_back_when_nothing_is_sent()
    {
        await using var pair = await OpenAsync(Observe);

        Assert.True(await pair.ClientContext.RunAsync(_ =>
            ValueTask.FromResult(pair.Session.SendAsync(Pair.Bytes(600_000), WriteInPieces).IsCompletedSuccessfully)));
        await Assert.ThrowsAsync<AccelioCanceledException>(async () =>
            await pair.Session.SendAsync(Pair.Bytes(6000), WriteInPieces, new CancellationToken(canceled: true)));
        await SeenAsync(Pair.Bytes(600_000));
        await pair.Session.DisposeAsync();
        await Assert.ThrowsAnyAsync<AccelioException>(async () => await pair.Session.SendAsync(Pair.Bytes(6000), WriteInPieces));

        await RegisteredMemoryTests.AllIsBackAsync(pair);
    }

    private static ValueTask<MessageId> Begin<TState>(AccelioSession session, TState state, Action<TState, IBufferWriter<byte>> write) =>
        session.SendAsync(state, write);

    private static void WriteInPieces(byte[] body, IBufferWriter<byte> writer)
    {
        var left = body.AsSpan();
        for (var piece = 1; !left.IsEmpty; piece = (piece * 3) % 70_001)
        {
            var length = Math.Min(piece, left.Length);
            left[..length].CopyTo(writer.GetSpan(length));
            writer.Advance(length);
            left = left[length..];
        }
    }

    private static void WriteAsMemory(byte[] body, IBufferWriter<byte> writer)
    {
        for (var start = 0; start < body.Length;)
        {
            var room = writer.GetMemory();
            var length = Math.Min(room.Length, body.Length - start);
            body.AsMemory(start, length).CopyTo(room);
            writer.Advance(length);
            start += length;
        }
    }

    private void Observe(AccelioServer server) => server.Messages.Detach().Subscribe(message => _seen.Enqueue(message.Payload.ToArray()));

    private async Task SeenAsync(params byte[][] bodies)
    {
        await Until.TrueAsync(() => _seen.Count >= bodies.Length, () => $"{_seen.Count} of {bodies.Length} messages");
        Assert.Equal(bodies, _seen);
    }
}
