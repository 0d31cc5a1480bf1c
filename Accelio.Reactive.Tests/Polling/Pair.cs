using Accelio.Native.Linux;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

/// <summary>A connected pair of sockets: a reactor watches the near end, the test uses the far one.</summary>
internal sealed unsafe class Pair : IDisposable
{
    private bool _farIsOpen = true;
    private bool _nearIsOpen = true;

    public Pair()
    {
        var type = Sockets.TypeStream | Sockets.TypeNonBlocking | Sockets.TypeCloseOnExec;
        Assert.True(Sockets.CreatePair(type, out var near, out var far) >= 0);
        (Near, Far) = (near, far);
    }

    public int Near { get; }

    public int Far { get; }

    /// <summary>Bytes that the handler of <see cref="Count"/> has read.</summary>
    public int Received { get; private set; }

    public static int Read(int descriptor, int most)
    {
        var bytes = stackalloc byte[most];
        return Sockets.Receive(descriptor, bytes, most, Sockets.MessageDontWait);
    }

    /// <summary>A handler of the near end that reads, and counts.</summary>
    public ActionHandler Count(int perCall = 64) => new()
    {
        Readable = _ =>
        {
            var read = Math.Max(0, Read(Near, perCall));
            Received += read;
            return read;
        },
    };

    public void Send(int length = 1)
    {
        var bytes = stackalloc byte[length];
        var sent = Sockets.Send(Far, bytes, length, Sockets.MessageNoSignal);
        if (sent != length)
        {
            Assert.Fail($"{sent} of {length} bytes sent"); // Assert.Equal would allocate, which others measure
        }
    }

    /// <summary>Fills the near end's way out until the kernel takes no more.</summary>
    public void FillNear()
    {
        var bytes = stackalloc byte[4096];
        while (Sockets.Send(Near, bytes, 4096, Sockets.MessageNoSignal) > 0)
        {
        }
    }

    public void DrainFar()
    {
        while (Read(Far, 4096) > 0)
        {
        }
    }

    public void CloseFar()
    {
        _farIsOpen = false;
        _ = Descriptors.Close(Far);
    }

    public void CloseNear()
    {
        _nearIsOpen = false;
        _ = Descriptors.Close(Near);
    }

    public void Dispose()
    {
        if (_nearIsOpen)
        {
            CloseNear();
        }

        if (_farIsOpen)
        {
            CloseFar();
        }
    }
}
