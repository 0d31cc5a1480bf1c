using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>Draining: what is under way ends, nothing new is begun, then the session closes.</content>
internal sealed partial class SessionCore
{
    /// <inheritdoc/>
    public override ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        Poller.DemandCaller();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        RunOnContext(BeginDrain);
        return _closed.WaitUntilAsync(cancellationToken);
    }

    /// <summary>Begins to drain every connection; without one there is nothing to wait for. Context only.</summary>
    internal void BeginDrain()
    {
        StopMoving();
        if (_connections.Length == 0)
        {
            BeginClose();
            return;
        }

        foreach (var connection in _connections)
        {
            connection.Machine.BeginDrain();
        }
    }

    private ConnectionMachine? FindOther() => Usable is { IsOnline: true } other ? other : _whole?.FindOther(this);

    /// <summary>The peer drains or closes a connection: what waits there goes out on another one, unless its caller chose this one or there is none. Context only.</summary>
    internal void MoveQueued(ConnectionMachine from, in Failure failure)
    {
        foreach (var message in from.TakeQueued())
        {
            if (!message.IsBound && Successor is null && FindOther() is { } other && ReferenceEquals(other.Machine.Poller, from.Machine.Poller))
            {
                other.TakeOver(message);
            }
            else if (!message.IsBound && message is IMovableMessage movable && (Successor ?? _whole?.FindPart(this)) is { } part)
            {
                movable.MoveTo(part);
            }
            else
            {
                message.Fail(failure);
            }
        }
    }
}
