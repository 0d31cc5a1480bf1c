using System.Net;
using System.Net.Sockets;

namespace Accelio.Transports.Polling;

/// <summary>
/// A socket of the runtime, watched by a <see cref="PortableReactor"/>. What epoll would tell is found out by operations that move no
/// bytes of anybody: a receive of nothing completes when there is something to receive. One such operation at most is under way, and one
/// for output. Poller thread only.
/// </summary>
internal sealed class PortableWatch(PortableReactor reactor, Socket socket, bool isListening)
{
    /// <summary>The reactor.</summary>
    public PortableReactor Reactor => reactor;

    /// <summary>The socket; non-blocking.</summary>
    public Socket Socket => socket;

    /// <summary>Counts the lives of the socket: an operation that was begun in another one is late, and touches nothing.</summary>
    public uint Generation { get; private set; }

    /// <summary>Whom to tell; null for nobody.</summary>
    public SocketHandler? Handler { get; private set; }

    /// <summary>Whether the handler wants to be told of input.</summary>
    public bool WantRead { get; private set; }

    /// <summary>Whether the handler wants to be told of room, or of the outcome of a connect.</summary>
    public bool WantWrite { get; private set; }

    /// <summary>Whether an operation waits for input.</summary>
    public bool IsArmed { get; private set; }

    /// <summary>Whether an operation for output is under way.</summary>
    public bool IsOutputPending { get; private set; }

    /// <summary>What became of the last operation for input.</summary>
    public SocketError InputError { get; private set; }

    /// <summary>What became of the last operation for output.</summary>
    public SocketError OutputError { get; private set; }

    /// <summary>Whether an accept has an outcome that nobody has taken.</summary>
    public bool HasAccepted { get; private set; }

    /// <summary>The connection of that outcome; null when it is an error.</summary>
    public Socket? Accepted { get; private set; }

    /// <summary>Whether the handler was promised a call of <see cref="SocketHandler.OnReadable"/>.</summary>
    public bool IsReady { get; set; }

    /// <summary>Whether the handler was promised a call of <see cref="SocketHandler.OnWritable"/>.</summary>
    public bool IsWritable { get; set; }

    /// <summary>Whether the reactor looks after it in the next cycle.</summary>
    public bool IsListed { get; set; }

    /// <summary>When <see cref="SocketHandler.OnReadable"/> last did something.</summary>
    public long LastWork { get; set; }

    /// <summary>The reactor's cycle in which <see cref="SocketHandler.OnReadable"/> was last called.</summary>
    public long LastCycle { get; set; } = -1;

    /// <summary>Tells a handler from now on, and no longer the one before.</summary>
    public void Attach(SocketHandler handler, bool wantRead, bool wantWrite)
    {
        Detach();
        Handler = handler;
        WantRead = wantRead;
        WantWrite = wantWrite;
        reactor.Attached(this);
    }

    /// <summary>Tells nobody any more.</summary>
    public void Detach()
    {
        if (Handler is not null)
        {
            Handler = null;
            WantRead = WantWrite = false;
            reactor.Detached(this);
        }
    }

    /// <summary>Changes what the handler is told of.</summary>
    public void Update(bool wantRead, bool wantWrite)
    {
        if (Handler is null)
        {
            return;
        }

        WantRead = wantRead;
        WantWrite = wantWrite;
        if (wantRead && !IsArmed)
        {
            reactor.List(this);
        }

        if (wantWrite && !IsOutputPending)
        {
            reactor.MarkWritable(this);
        }
    }

    /// <summary>Begins to wait for input: something to receive, the end, an error, a connection.</summary>
    /// <returns>Whether that takes time; false when it is there already.</returns>
    public bool BeginInput()
    {
        if (IsArmed || HasAccepted || InputError != SocketError.Success)
        {
            return IsArmed;
        }

        IsArmed = true;
        return Start(reactor.Rent(), isListening ? SocketAsyncOperation.Accept : SocketAsyncOperation.Receive);
    }

    /// <summary>Begins to send the first of some bytes, which are copied.</summary>
    /// <returns>How many: they are on their way (<see cref="IsOutputPending"/>), or have left, or failed
    /// (<see cref="OutputError"/>).</returns>
    public int BeginSend(ReadOnlySpan<byte> bytes)
    {
        var operation = reactor.RentWithBuffer();
        var length = Math.Min(bytes.Length, operation.Buffer!.Length);
        bytes[..length].CopyTo(operation.Buffer);
        operation.SetBuffer(0, length);
        IsOutputPending = true;
        Start(operation, SocketAsyncOperation.Send);
        return length;
    }

    /// <summary>Begins to connect; the outcome is <see cref="OutputError"/>, and the handler is told when it is there.</summary>
    public void BeginConnect(EndPoint address)
    {
        var operation = reactor.Rent();
        operation.RemoteEndPoint = address;
        IsOutputPending = true;
        if (!Start(operation, SocketAsyncOperation.Connect))
        {
            reactor.MarkWritable(this);
        }
    }

    /// <summary>Notes what became of an operation of this socket, and gives it back.</summary>
    /// <returns>Whether it was one for input.</returns>
    public bool TakeOutcome(PortableOperation operation, SocketError error)
    {
        var isInput = operation.Kind is SocketAsyncOperation.Accept or SocketAsyncOperation.Receive;
        if (isInput)
        {
            IsArmed = false;
            InputError = error;
            HasAccepted = isListening;
            Accepted = operation.AcceptSocket;
        }
        else
        {
            IsOutputPending = false;
            OutputError = error;
        }

        reactor.Return(operation);
        return isInput;
    }

    /// <summary>Takes the outcome of an accept, if there is one.</summary>
    public bool TryTakeAccepted(out Socket? accepted, out SocketError error)
    {
        (accepted, error) = (Accepted, InputError);
        if (!HasAccepted)
        {
            return false;
        }

        HasAccepted = false;
        Accepted = null;
        InputError = SocketError.Success;
        return true;
    }

    /// <summary>Leaves the socket to another watch. Operations that are under way come back, and find that their generation is over.</summary>
    public void Leave()
    {
        Detach();
        Generation++;
    }

    /// <summary>Closes the socket. Operations that are under way come back, and find that their generation is over.</summary>
    public void Close()
    {
        Leave();
        Accepted?.Dispose();
        socket.Dispose();
    }

    // Whether it takes time; else its outcome is taken already.
    private bool Start(PortableOperation operation, SocketAsyncOperation kind)
    {
        SocketError error;
        operation.Begin(this, kind);
        try
        {
            var takesTime = kind switch
            {
                SocketAsyncOperation.Accept => socket.AcceptAsync(operation),
                SocketAsyncOperation.Receive => socket.ReceiveAsync(operation),
                SocketAsyncOperation.Send => socket.SendAsync(operation),
                _ => socket.ConnectAsync(operation),
            };
            if (takesTime)
            {
                return true;
            }

            error = operation.SocketError;
        }
        catch (SocketException exception)
        {
            error = exception.SocketErrorCode;
        }

        TakeOutcome(operation, error);
        return false;
    }
}
