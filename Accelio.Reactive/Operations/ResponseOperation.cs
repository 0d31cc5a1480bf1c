using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A response that somebody awaits: it is large, or was given on another thread than the context's.</summary>
internal sealed class ResponseOperation : OutgoingResponse, ICompletionOwner
{
    private readonly Completion<bool> _completion;
    private readonly SubmitItem _submit;

    public ResponseOperation()
    {
        _completion = new Completion<bool>(this);
        _submit = new SubmitItem(this);
    }

    /// <inheritdoc/>
    public Poller? Poller { get; private set; }

    /// <summary>Status to answer with instead of a message; Success sends the message.</summary>
    private int Version { get; set; }

    private AccelioStatus Status { get; set; }

    private string? Text { get; set; }

    /// <summary>Sends the answer of a claimed request.</summary>
    public static ValueTask Start(
        Poller poller, MessageCore request, int version, in OutboundMessage response, AccelioStatus status, string? text, HeldBody? body = null)
    {
        if (request.Maker is not null)
        {
            request.AnswerMade(response, status, text);
            return default;
        }

        var operation = OperationPool<ResponseOperation>.Shared.Get();
        operation.Body = body;
        operation.Request = request;
        operation.Version = version;
        operation.Message = response;
        operation.Status = status;
        operation.Text = text;
        operation.Poller = poller;
        operation._completion.ContinuesOn = (response.Options & MessageOptions.ContinueInline) != 0 ? poller : null;
        var task = operation._completion.VoidTask;
        if (poller.IsCurrent)
        {
            operation.Submit();
        }
        else if (!poller.Post(operation._submit))
        {
            operation.Failed(new Failure(FailureKind.SessionClosed, AccelioStatus.SessionClosed, "The context of the session was disposed."));
        }

        return task;
    }

    /// <inheritdoc/>
    public override void Completed() => _completion.SetResult(true);

    /// <inheritdoc/>
    public override void Failed(in Failure failure)
    {
        Body?.Release();
        Body = null;
        _completion.SetException(FailureExceptions.Create(failure, Request!.Connection));
    }

    /// <inheritdoc/>
    public void OnConsumed(bool atHome)
    {
        Request = null;
        Message = default;
        Text = null;
        Connection = null;
        OperationPool<ResponseOperation>.Shared.Return(this);
    }

    private void Submit()
    {
        if (!Request!.IsClaimed(Version))
        {
            // The handler answered in the moment in which this was claimed on another thread.
            Body?.Release();
            Body = null;
            _completion.SetException(MessageCore.AnsweredAlready());
            return;
        }

        var connection = Request.Connection!;
        if (Status == AccelioStatus.Success)
        {
            connection.Submit(this);
        }
        else
        {
            connection.SendStatusResponse(Request, Status, Text);
            Completed();
        }
    }

    private sealed class SubmitItem(ResponseOperation operation) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => operation.Submit();
    }
}
