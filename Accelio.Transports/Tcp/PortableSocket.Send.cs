using System.Net.Sockets;
using Accelio.Native.Linux;

namespace Accelio.Transports.Tcp;

/// <content>
/// Sending: at once as much as the socket takes. When it takes no more, the first of the rest are sent by an operation, from a copy: its
/// end says that there is room again. They count as taken only then.
/// </content>
internal sealed unsafe partial class PortableSocket
{
    // Pieces shorter than this are put together, so that a duty cycle costs one call; longer ones are worth a call of their own.
    private const int WorthACall = 16 * 1024;
    private const int MaxSend = 1 << 20;

    // The other links of the poller have their turn, too.
    private const int MaxSendPerCycle = 4 << 20;

    private int _bytesUnderWay;

    /// <inheritdoc/>
    public override int BytesUnderWay => _bytesUnderWay;

    /// <inheritdoc/>
    public override int Send(IoVector* vectors, int count)
    {
        if (_watch.IsOutputPending)
        {
            return -Errno.Again;
        }

        if (_watch.OutputError != SocketError.Success)
        {
            return -Errno.FromSocketError(_watch.OutputError);
        }

        var taken = _bytesUnderWay;
        _bytesUnderWay = 0;
        while (taken < MaxSendPerCycle && Next(vectors, count, taken) is { Length: > 0 } bytes)
        {
            var sent = _socket.Send(bytes, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                sent = _watch.BeginSend(bytes);
                if (_watch.IsOutputPending)
                {
                    _bytesUnderWay = sent;
                    break;
                }

                error = _watch.OutputError;
            }

            if (error is not (SocketError.Success or SocketError.Interrupted))
            {
                return taken > 0 ? taken : -Errno.FromSocketError(error);
            }

            taken += sent;
        }

        return taken > 0 ? taken : -Errno.Again;
    }

    /// <summary>What to send next: a part of a long piece, or several short ones put together.</summary>
    private ReadOnlySpan<byte> Next(IoVector* vectors, int count, int offset)
    {
        var skip = (nuint)offset;
        while (count > 0 && skip >= vectors->Length)
        {
            skip -= vectors->Length;
            vectors++;
            count--;
        }

        if (count == 0)
        {
            return default;
        }

        var first = new ReadOnlySpan<byte>(vectors->Base + skip, (int)Math.Min(vectors->Length - skip, MaxSend));
        if (count == 1 || first.Length >= WorthACall)
        {
            return first;
        }

        var gathered = _watch.Reactor.Scratch;
        first.CopyTo(gathered);
        var length = first.Length;
        for (var i = 1; i < count && length < gathered.Length; i++)
        {
            var part = new ReadOnlySpan<byte>(vectors[i].Base, (int)Math.Min(vectors[i].Length, (nuint)(gathered.Length - length)));
            part.CopyTo(gathered.AsSpan(length));
            length += part.Length;
        }

        return gathered.AsSpan(0, length);
    }
}
