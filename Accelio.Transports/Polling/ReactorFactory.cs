namespace Accelio.Transports.Polling;

/// <summary>Chooses how a poller watches sockets.</summary>
internal static class ReactorFactory
{
    /// <summary>Makes the reactor that the poller's options ask for.</summary>
    /// <param name="poller">The poller; its options say which.</param>
    /// <param name="isDrivenByHost">Whether somebody waits for <see cref="Reactor.Handle"/>.</param>
    /// <param name="fallback">Why it is not epoll although nobody asked for another; else null.</param>
    /// <exception cref="PlatformNotSupportedException">Epoll is asked for and there is none.</exception>
    public static Reactor Create(Poller poller, bool isDrivenByHost, out string? fallback)
    {
        fallback = null;
        if (poller.Options.Engine == ReactorKind.Portable)
        {
            return new PortableReactor(poller, isDrivenByHost);
        }

        var reactor = TryCreateEpoll(poller, isDrivenByHost, out var failure, out var reason);
        if (reactor is not null)
        {
            return reactor;
        }

        if (poller.Options.Engine == ReactorKind.Epoll)
        {
            throw new PlatformNotSupportedException(
                $"The epoll engine cannot run here: {reason}. Choose TcpEngine.Portable, or TcpEngine.Automatic.", failure);
        }

        fallback = reason;
        return new PortableReactor(poller, isDrivenByHost);
    }

    private static SocketReactor? TryCreateEpoll(Poller poller, bool isDrivenByHost, out Exception? failure, out string reason)
    {
        failure = null;
        reason = string.Empty;
        if (!OperatingSystem.IsLinux())
        {
            reason = "epoll is a part of Linux";
            return null;
        }

        try
        {
            return new SocketReactor(poller.ReportUnhandled, isDrivenByHost);
        }
        catch (Exception exception) when (exception is IOException or DllNotFoundException or EntryPointNotFoundException)
        {
            failure = exception;
            reason = exception.Message;
            return null;
        }
    }
}
