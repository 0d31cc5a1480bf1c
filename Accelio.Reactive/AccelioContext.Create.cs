using System.Reactive.Concurrency;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>Making contexts.</content>
public abstract partial class AccelioContext
{
    /// <summary>The context whose thread this is, or null.</summary>
    public static AccelioContext? Current => Poller.Current?.Owner as AccelioContext;

    /// <summary>Starts a context with a thread of its own.</summary>
    /// <exception cref="ArgumentException">An option has a value that makes no sense; the message names it.</exception>
    /// <exception cref="PlatformNotSupportedException"><see cref="TcpEngine.Epoll"/> is asked for where there is none.</exception>
    public static AccelioContext Start(AccelioContextOptions? options = null)
    {
        var settings = (options ?? new AccelioContextOptions()).Validate();
        var poller = new ThreadPoller(ContextFactory.ToPollerOptions(settings));
        var context = new PollerContext(poller, settings, CryptographicEntropy.Instance);
        poller.Start();
        return context;
    }

    /// <summary>Makes a context that the host drives: it calls <see cref="Poll"/>, and may wait for <see cref="PollHandle"/> in a loop of its own.</summary>
    /// <exception cref="ArgumentException">An option has a value that makes no sense; the message names it.</exception>
    /// <exception cref="PlatformNotSupportedException"><see cref="TcpEngine.Epoll"/> is asked for where there is none.</exception>
    public static AccelioContext Manual(AccelioContextOptions? options = null)
    {
        var settings = (options ?? new AccelioContextOptions()).Validate();
        return new PollerContext(new ManualPoller(ContextFactory.ToPollerOptions(settings)), settings, CryptographicEntropy.Instance);
    }

    /// <summary>Makes a context that a scheduler drives, for virtual time: it takes its time from the scheduler and runs only in the scheduler's actions. It has no sockets: use sim://.</summary>
    /// <exception cref="ArgumentException">An option has a value that makes no sense; the message names it.</exception>
    public static AccelioContext OnScheduler(IScheduler scheduler, AccelioContextOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        var settings = (options ?? new AccelioContextOptions()).Validate();
        settings.TimeProvider = new SchedulerTimeProvider(scheduler);
        var poller = new SchedulerPoller(scheduler, ContextFactory.ToPollerOptions(settings, timerResolution: 1));

        // In virtual time nothing is left to chance, ids included; each context has its own.
        IEntropy entropy = poller.IsVirtual
            ? new SeededEntropy(((ulong)(uint)(settings.SimulatedNetwork?.Seed ?? 0) << 32) | (uint)poller.Number)
            : CryptographicEntropy.Instance;
        return new PollerContext(poller, settings, entropy);
    }
}
