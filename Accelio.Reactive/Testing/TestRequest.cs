namespace Accelio.Reactive;

/// <summary>
/// A request that never travelled, for tests of handlers and of code that takes an <see cref="InboundRequest"/>: made of what a peer would ask, and afterwards it tells how it was answered. It
/// follows the rules of those that arrive: one answer, and none after <see cref="Expire"/>. Any thread.
/// </summary>
public sealed class TestRequest
{
    private readonly TaskCompletionSource<TestAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MadeMessage _made;

    /// <summary>Makes a request; its bytes are copied.</summary>
    /// <param name="sent">What the peer asked. Its <see cref="OutboundMessage.Timeout"/> is what <see cref="InboundRequest.Remaining"/> says, and stays so: the time of a test request stands still.</param>
    public TestRequest(in OutboundMessage sent)
    {
        _made = new MadeMessage(sent) { Answered = answer => _answer.TrySetResult(answer) };
        _made.Core.OpenMadeAnswer(sent.Timeout);
        Request = new InboundRequest(_made.Core);
    }

    /// <summary>The session that the request says it came on; unless it is set that of its connection, or null.</summary>
    public AccelioSession? Session
    {
        get => _made.Session;
        init => _made.Session = value;
    }

    /// <summary>The connection that the request says it came on; null unless it is set.</summary>
    public AccelioConnection? Connection
    {
        get => _made.Connection;
        init => _made.Connection = value;
    }

    /// <summary>The handle, with the only lease.</summary>
    public InboundRequest Request { get; }

    /// <summary>Completes with the answer, as soon as there is one.</summary>
    public Task<TestAnswer> Answer => _answer.Task;

    /// <summary>Whether all leases have ended; the right to answer lasts on.</summary>
    public bool IsReleased => !_made.Core.HasLease;

    /// <summary>Lets a handler serve the request as a session does: the lease ends with the handler, and one that ends without an answer has answered with
    /// <see cref="AccelioStatus.MessageDiscarded"/>.</summary>
    /// <returns>The answer.</returns>
    /// <remarks>What the handler throws comes out here; a session would log it and answer with <see cref="AccelioStatus.Unsuccessful"/>.</remarks>
    public async Task<TestAnswer> ServeAsync(Func<InboundRequest, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        try
        {
            await handler(Request);
        }
        finally
        {
            Request.Dispose();
        }

        End("the handler ended without an answer");
        return await Answer;
    }

    /// <summary>Pushes the request as <see cref="AccelioSession.Requests"/> does: the lease ends when OnNext has returned, unless retained; the right to answer lasts on. Once per request.</summary>
    /// <exception cref="ObjectDisposedException">The lease has ended, by a push before this one or by Dispose.</exception>
    public void PushTo(IObserver<InboundRequest> observer) => _made.Lend(observer, Request);

    /// <summary>Does as if <see cref="AccelioPeerOptions.ResponseTimeout"/> were over: <see cref="InboundRequest.Canceled"/> fires, and an answer comes too late. After the answer nothing happens.</summary>
    public void Expire() => End("the request was not answered in time");

    private void End(string text)
    {
        if (_made.Core.TryExpireMade(_made.Version))
        {
            _answer.TrySetResult(new TestAnswer(AccelioStatus.MessageDiscarded, [], [], text));
        }
    }
}
