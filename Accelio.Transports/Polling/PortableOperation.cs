using System.Net.Sockets;

namespace Accelio.Transports.Polling;

/// <summary>
/// What the system is given for one operation of the portable engine, and used again when the system has given it back. Whatever memory
/// the system may write to or read from meanwhile is the operation's own: the owner of the socket may be gone by then. The completion comes
/// on any thread and goes through the mailbox of the poller.
/// </summary>
internal sealed class PortableOperation : SocketAsyncEventArgs
{
    private readonly PortableReactor _reactor;
    private readonly Completion _completion;
    private PortableWatch? _watch;
    private uint _generation;

    /// <summary>Creates an operation.</summary>
    /// <param name="reactor">Where it comes back to.</param>
    /// <param name="bufferLength">Bytes of its memory; 0 for operations that move none.</param>
    public PortableOperation(PortableReactor reactor, int bufferLength)
        : base(true) // no ExecutionContext: it would be captured for every operation
    {
        _reactor = reactor;
        _completion = new Completion(this);
        if (bufferLength > 0)
        {
            SetBuffer(GC.AllocateUninitializedArray<byte>(bufferLength, pinned: true), 0, bufferLength);
        }
    }

    /// <summary>Whether it has memory.</summary>
    public bool HasBuffer => Buffer is not null;

    /// <summary>What it was last used for.</summary>
    public SocketAsyncOperation Kind { get; private set; }

    /// <summary>Binds the operation to a socket, before it begins.</summary>
    public void Begin(PortableWatch watch, SocketAsyncOperation kind)
    {
        Kind = kind;
        _watch = watch;
        _generation = watch.Generation;
    }

    /// <summary>Lets go of everything but the memory.</summary>
    public void Clear()
    {
        _watch = null;
        AcceptSocket = null;
        RemoteEndPoint = null;
    }

    /// <inheritdoc/>
    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        if (!_reactor.Poller.Post(_completion))
        {
            // The poller has stopped: nobody is left to be told.
            AcceptSocket?.Dispose();
            Dispose();
        }
    }

    private void Complete()
    {
        var watch = _watch!;
        if (watch.Generation == _generation)
        {
            _reactor.Complete(watch, this);
        }
        else
        {
            // Late: the socket was closed meanwhile, and what came of the operation is of no interest.
            AcceptSocket?.Dispose();
            _reactor.Return(this);
        }
    }

    private sealed class Completion(PortableOperation operation) : WorkItem
    {
        public override void Execute() => operation.Complete();
    }
}
