using System.Buffers;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Serialization;

/// <summary>The pooled buffer that bodies are written into.</summary>
public class PayloadWriterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(511)]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    public void What_is_written_in_pieces_is_there_in_one(int length)
    {
        var bytes = Pair.Bytes(length);
        for (var round = 0; round < 2; round++)
        {
            var writer = PayloadWriter.Rent();

            var message = writer.Write(bytes, new InPieces(), new OutboundMessage { Header = "kept"u8.ToArray() });

            Assert.Equal(bytes, message.Payload.ToArray());
            Assert.Equal("kept"u8.ToArray(), message.Header.ToArray());
            writer.Return();
        }
    }

    [Fact]
    public void Advancing_beyond_the_buffer_and_negative_hints_are_refused()
    {
        var writer = PayloadWriter.Rent();
        var room = writer.GetMemory(100).Length;

        Assert.InRange(room, 100, int.MaxValue);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.GetSpan(-1).Length);
        writer.Return();
    }

    [Fact]
    public async Task A_context_has_writers_of_its_own()
    {
        await using var context = AccelioContext.Start();

        var (first, second) = await context.RunAsync(_ =>
        {
            var writer = PayloadWriter.Rent();
            writer.Return();
            return new ValueTask<(PayloadWriter, PayloadWriter)>((writer, PayloadWriter.Rent()));
        });

        Assert.Same(first, second);
    }

    private sealed class InPieces : IAccelioSerializer<byte[]>
    {
        public void Write(byte[] value, IBufferWriter<byte> to)
        {
            for (var at = 0; at < value.Length;)
            {
                var piece = Math.Min(value.Length - at, 1 + (at % 977));
                value.AsSpan(at, piece).CopyTo(at % 2 == 0 ? to.GetSpan(piece) : to.GetMemory(piece).Span);
                to.Advance(piece);
                at += piece;
            }
        }

        public byte[] Read(in ReadOnlySequence<byte> from) => from.ToArray();
    }
}
