using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The source of a request's token, for one version of its core. Fires from the run queue, so that no callback of a token runs inside the engine.</summary>
#pragma warning disable CA1001 // Pooled; a source without a timer holds nothing that has to be disposed.
internal sealed class RequestCancellation : WorkItem
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>The version of the core that the token is for.</summary>
    public int Version { get; set; }

    /// <summary>The token.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the object may serve another request: its token has not fired.</summary>
    public bool TryReset() => _source.TryReset();

    /// <summary>Fires the token; what its callbacks throw is reported to the poller.</summary>
    public override void Execute() => _source.Cancel();
}
