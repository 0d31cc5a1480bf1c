using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>How long a payload is borrowed: up to a length it is copied, beyond it the transport reads it where it is.</summary>
public abstract class AdmissionTests(Sessions.Wire wire) : SessionTests(wire)
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(8192, true)]
    [InlineData(8193, false)]
    [InlineData(300_000, false)]
    public async Task Up_to_8_KiB_are_copied_when_the_message_is_admitted_and_more_is_borrowed_until_it_has_left(int length, bool isCopied)
    {
        var seen = new ConcurrentQueue<byte[]>();
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message =>
        {
            seen.Enqueue(message.Detach().Header.ToArray());
            seen.Enqueue(message.Detach().Payload.ToArray());
        }));
        var body = Pair.Bytes(length);
        var header = Pair.Bytes(20);

        var (sending, completedAtOnce) = await pair.ClientContext.RunAsync(_ =>
        {
            // Nothing arrives, and nothing the peer does is known, before this callback has returned.
            var sending = pair.Session.SendAsync(new OutboundMessage(body) { Header = header });
            var isFree = sending.IsCompletedSuccessfully;
            if (isFree)
            {
                Array.Clear(body);
                Array.Clear(header);
            }

            return ValueTask.FromResult((sending.AsTask(), isFree));
        });

        await sending.WaitAsync(Pair.Limit);
        Array.Clear(body);
        Array.Clear(header);
        await pair.Session.DeliverAsync(new byte[1]).AsTask().WaitAsync(Pair.Limit);
        Assert.Equal(isCopied, completedAtOnce);
        Assert.Equal([Pair.Bytes(20), Pair.Bytes(length), [], new byte[1]], seen);
    }
}
