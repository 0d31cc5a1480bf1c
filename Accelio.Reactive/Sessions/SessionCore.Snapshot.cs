namespace Accelio.Reactive;

/// <content>What the session is doing, for those who look from outside.</content>
internal sealed partial class SessionCore
{
    /// <inheritdoc/>
    public override AccelioSessionSnapshot GetSnapshot()
    {
        var connections = _connections;
        var sum = new AccelioSessionSnapshot { State = _state, Connections = connections.Length, CopiedBytes = Copies.Taken };
        foreach (var connection in connections)
        {
            var one = connection.GetSnapshot();
            sum = sum.Plus(new AccelioSessionSnapshot
            {
                QueuedMessages = one.QueuedMessages,
                QueuedBytes = one.QueuedBytes,
                HeldMessages = one.HeldMessages,
                HeldBytes = one.HeldBytes,
                RunningHandlers = one.RunningHandlers,
                SentMessages = one.SentMessages,
                SentBytes = one.SentBytes,
                ReceivedMessages = one.ReceivedMessages,
                ReceivedBytes = one.ReceivedBytes,
            });
        }

        return sum;
    }
}
