namespace Accelio.Reactive;

/// <summary>
/// A message that never travelled, for tests of code that takes an <see cref="InboundMessage"/>: made of what a peer would send, and afterwards it tells what became of it. Its handles follow the
/// rules of those that arrive: use after the end of the lease throws. Any thread.
/// </summary>
public sealed class TestMessage
{
    private readonly MadeMessage _made;

    /// <summary>Makes a message; its bytes are copied.</summary>
    /// <param name="sent">What the peer sent. Of the options, <see cref="MessageOptions.LastInBatch"/> and <see cref="MessageOptions.RequestReceipt"/> show.</param>
    public TestMessage(in OutboundMessage sent) => _made = new MadeMessage(sent);

    /// <summary>The session that the message says it came on; unless it is set that of its connection, or null.</summary>
    public AccelioSession? Session
    {
        get => _made.Session;
        init => _made.Session = value;
    }

    /// <summary>The connection that the message says it came on; null unless it is set.</summary>
    public AccelioConnection? Connection
    {
        get => _made.Connection;
        init => _made.Connection = value;
    }

    /// <summary>The handle, with the only lease: for code that owns what it gets, as the answer of a request, and disposes of it.</summary>
    public InboundMessage Message => new(_made.Core);

    /// <summary>Whether all leases have ended: nobody holds the message any more, and a real sender would have its window back.</summary>
    public bool IsReleased => !_made.Core.HasLease;

    /// <summary>Whether somebody rejected the message.</summary>
    public bool IsRejected => _made.Core.Rejected;

    /// <summary>Pushes the message as the streams of a session do: valid until OnNext has returned, unless retained. Once per message.</summary>
    /// <exception cref="ObjectDisposedException">The lease has ended, by a push before this one or by Dispose.</exception>
    /// <remarks>What the observer throws comes out here; a session would tell <see cref="AccelioContext.UnhandledExceptions"/>.</remarks>
    public void PushTo(IObserver<InboundMessage> observer) => _made.Lend(observer, Message);
}
