namespace Accelio.Reactive;

/// <summary>A stream that tells its owner when observers come, so that what waited for them is delivered.</summary>
internal sealed class ClaimedStream<T>(PollerContext context, Action onSubscribed) : PushStream<T>(context)
{
    /// <inheritdoc/>
    protected override void OnSubscribed() => onSubscribed();
}
