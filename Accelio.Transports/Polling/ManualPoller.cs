using System.Runtime.InteropServices;

namespace Accelio.Transports.Polling;

/// <summary>A poller that its host drives.</summary>
internal sealed class ManualPoller : Poller, IDisposable
{
    public ManualPoller(PollerOptions? options = null)
        : base(options ?? new PollerOptions())
    {
    }

    public SafeHandle PollHandle => throw null!;

    public int Poll(TimeSpan timeout) => throw null!;

    public void Dispose() => throw null!;

    protected override void Wake() => throw null!;
}
