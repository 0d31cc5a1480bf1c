using Accelio.Transports.Polling;

namespace Accelio.Reactive.Tests.Polling;

/// <summary>A socket handler made of delegates, for tests.</summary>
internal sealed class ActionHandler : SocketHandler
{
    public Func<long, int> Readable { get; set; } = _ => 0;

    public Action<long> Writable { get; set; } = _ => { };

    public Action<long> Error { get; set; } = _ => { };

    public bool Direct { get; init; } = true;

    public override bool AllowsDirectPolling => Direct;

    public override int OnReadable(long now) => Readable(now);

    public override void OnWritable(long now) => Writable(now);

    public override void OnError(long now) => Error(now);
}
