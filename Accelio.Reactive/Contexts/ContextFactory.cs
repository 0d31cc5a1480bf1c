using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>What the ways of making contexts share.</summary>
internal static class ContextFactory
{
    /// <summary>The poller's part of a context's options.</summary>
    public static PollerOptions ToPollerOptions(AccelioContextOptions options, long timerResolution = TimeSpan.TicksPerMillisecond) => new()
    {
        Name = options.Name,
        Cpu = options.Cpu,
        SpinTime = options.SpinTime,
        Engine = options.TcpEngine switch
        {
            TcpEngine.Epoll => ReactorKind.Epoll,
            TcpEngine.Portable => ReactorKind.Portable,
            _ => ReactorKind.Automatic,
        },
        TimeProvider = options.TimeProvider,
        TimerResolution = timerResolution,
        PoisonMemory = options.PoisonReleasedMemory,
        QuarantineOfMemory = options.QuarantineReleasedMemory,
        SharedReceiveSlots = options.SharedReceiveSlots ?? 0,
    };

    /// <summary>The context to use when options name <paramref name="given"/>: that, else the current one, else the shared default. If it is that one, it is held until released.</summary>
    public static PollerContext Resolve(AccelioContext? given, out bool isShared)
    {
        isShared = false;
        switch (given ?? AccelioContext.Current)
        {
            case PollerContext context:
                isShared = SharedContext.TryHold(context);
                return context;
            case null:
                isShared = true;
                return SharedContext.Acquire();
            default:
                throw new ArgumentException("Context is not one made by AccelioContext: real sessions need Start, Manual or OnScheduler.", nameof(given));
        }
    }
}
