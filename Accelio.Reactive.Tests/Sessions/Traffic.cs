namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Waits for messages to be where they go.</summary>
internal static class Traffic
{
    /// <summary>Completes when everything that was sent on a session before has arrived at its other end.</summary>
    public static async Task DeliveredAsync(this AccelioSession sender, AccelioSession receiver)
    {
        using var observing = receiver.Messages.Subscribe(_ => { });
        await sender.DeliverAsync(new byte[1]).AsTask().WaitAsync(Pair.Limit);
    }
}
