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
            sum = sum with
            {
                QueuedMessages = sum.QueuedMessages + one.QueuedMessages,
                QueuedBytes = sum.QueuedBytes + one.QueuedBytes,
                HeldMessages = sum.HeldMessages + one.HeldMessages,
                HeldBytes = sum.HeldBytes + one.HeldBytes,
                RunningHandlers = sum.RunningHandlers + one.RunningHandlers,
                SentMessages = sum.SentMessages + one.SentMessages,
                SentBytes = sum.SentBytes + one.SentBytes,
                ReceivedMessages = sum.ReceivedMessages + one.ReceivedMessages,
                ReceivedBytes = sum.ReceivedBytes + one.ReceivedBytes,
            };
        }

        return sum;
    }
}
