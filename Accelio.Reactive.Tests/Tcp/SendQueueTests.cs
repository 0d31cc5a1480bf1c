using Accelio.Transports.Memory;
using Accelio.Transports.Streams;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>What an urgent frame may be put in front of.</summary>
public unsafe class SendQueueTests
{
    private const int Piece = 100;
    private const int Urgent = 7;

    [Theory]
    [InlineData(0, "7 100 100 100")]
    [InlineData(1, "100 7 100 100")]
    [InlineData(100, "100 7 100 100")]
    [InlineData(101, "100 100 7 100")]
    [InlineData(300, "100 100 107")]
    public void Nothing_is_put_in_front_of_bytes_that_have_begun_to_leave(int begun, string expected)
    {
        var queue = new SendQueue(new SlabPool());
        for (var i = 0; i < 3; i++)
        {
            queue.Reserve(Piece, startsBulk: true);
        }

        queue.Begin(begun);
        queue.ReserveUrgent(Urgent);

        var pieces = queue.Peek(out var count);
        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, count).Select(i => (int)pieces[i].Length)));
    }
}
