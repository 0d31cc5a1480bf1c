using System.Net;
using System.Runtime.CompilerServices;
using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The look for the addresses of the server that a session is opened to, within the time for connecting. Name services cannot be asked to stop: what they say later is of no interest.</summary>
internal sealed class NameLookup : WheelTimer
{
    private readonly PollerContext _context;
    private readonly Signal _settled;
    private EndPoint[]? _addresses;
    private Exception? _error;
    private bool _isOver;

    private NameLookup(PollerContext context)
    {
        _context = context;
        _settled = new Signal(context);
    }

    /// <summary>Looks for the addresses. Any thread.</summary>
    /// <param name="context">Whose time is counted.</param>
    /// <param name="transport">What knows the addresses.</param>
    /// <param name="server">The server.</param>
    /// <param name="limit">The time for connecting.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The addresses, and what is left of the time in ticks; <see cref="long.MaxValue"/> for no limit.</returns>
    /// <exception cref="AccelioTimeoutException">The time is over.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<(EndPoint[] Addresses, long Left)> RunAsync(
        PollerContext context, ITransport transport, Uri server, TimeSpan limit, CancellationToken cancellationToken)
    {
        var begin = context.TimeProvider.GetTimestamp();
        var looking = transport.ResolveAsync(server, cancellationToken);
        var lookup = new NameLookup(context);
        if (looking.IsCompleted || limit == Timeout.InfiniteTimeSpan || !context.Poller.Post(new ActionItem(() => lookup.Begin(looking, limit))))
        {
            return (await looking.ConfigureAwait(false), Check.TicksOf(limit));
        }

        await lookup._settled.WaitAsync().ConfigureAwait(false);
        var left = limit - context.TimeProvider.GetElapsedTime(begin);
        return lookup._error is { } error ? throw error
            : lookup._addresses is { } addresses ? (addresses, Math.Max(1, left.Ticks))
            : throw new AccelioTimeoutException($"The name of {server.Host} was not resolved within ConnectTimeout, {limit}. Does the name service answer?", AccelioStatus.Timeout);
    }

    /// <inheritdoc/>
    public override void OnTimer(long now) => End();

    private void Begin(ValueTask<EndPoint[]> looking, TimeSpan limit)
    {
        _context.Poller.Timers.Schedule(this, _context.Poller.Now + limit.Ticks);
        _ = AwaitAsync(looking);
    }

    private async Task AwaitAsync(ValueTask<EndPoint[]> looking)
    {
        EndPoint[]? addresses = null;
        Exception? error = null;
        try
        {
            addresses = await looking;
        }
        catch (Exception exception)
        {
            error = exception;
        }

        var end = new ActionItem(() =>
        {
            if (!_isOver)
            {
                (_addresses, _error) = (addresses, error);
                End();
            }
        });
        if (!_context.Poller.Post(end))
        {
            end.Execute();
        }
    }

    private void End()
    {
        _isOver = true;
        _context.Poller.Timers.Cancel(this);
        _settled.Set();
    }
}
