using System.Net;
using System.Net.Sockets;

namespace Accelio.Reactive.Tests.Polling;

/// <summary>Two connected sockets of the runtime; the near one never waits.</summary>
internal sealed class SocketPair : IDisposable
{
    public SocketPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        Far.Connect(listener.LocalEndPoint!);
        Near = listener.Accept();
        Near.Blocking = false;
    }

    public Socket Near { get; }

    public Socket Far { get; }

    /// <summary>Sends from the near end until it takes no more; returns the bytes taken.</summary>
    public long Fill()
    {
        var block = new byte[64 * 1024];
        for (var total = 0L; ;)
        {
            var sent = Near.Send(block, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return total;
            }

            total += sent;
        }
    }

    /// <summary>Reads so many bytes at the far end.</summary>
    public byte[] Read(long count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var received = Far.Receive(bytes.AsSpan(read));
            if (received == 0)
            {
                throw new EndOfStreamException($"{read} of {count} bytes, then the end");
            }

            read += received;
        }

        return bytes;
    }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
