using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Accelio.Transports;

namespace Accelio.Reactive;

/// <content>Opening servers.</content>
public abstract partial class AccelioServer
{
    /// <summary>Binds an address and accepts sessions on it.</summary>
    /// <param name="endpoint">Where to listen: <c>tcp://127.0.0.1:2061</c>; port 0 takes a free one, <c>tcp://0.0.0.0:2061</c> and <c>tcp://[::]:2061</c> listen on all addresses.</param>
    /// <param name="options">Settings; copied.</param>
    /// <param name="cancellationToken">Ends resolving the host.</param>
    /// <exception cref="ArgumentException">The URI or an option makes no sense; the message says which and why.</exception>
    /// <exception cref="AccelioException">The host does not resolve, or the address cannot be bound (<see cref="AccelioStatus.BindFailed"/>), for example because it is in use.</exception>
    public static ValueTask<AccelioServer> BindAsync(Uri endpoint, AccelioServerOptions? options = null, CancellationToken cancellationToken = default) =>
        VirtualCall<AccelioServer>.Around(BindCore(endpoint, options, cancellationToken));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<AccelioServer> BindCore(Uri endpoint, AccelioServerOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var settings = (options ?? new AccelioServerOptions()).Validate();
        cancellationToken.ThrowIfCancellationRequested();
        var caller = ContextSwitch.ToCaller;
        if (settings.Contexts.Count > 1)
        {
            var wide = await WideServer.OpenAsync(endpoint, settings, cancellationToken).ConfigureAwait(false);
            await caller;
            return wide;
        }

        var context = ContextFactory.Resolve(settings.Contexts.Count == 1 ? settings.Contexts[0] : settings.Context, out var isShared);
        var server = new ServerCore(context, settings, endpoint, isShared);
        try
        {
            var transport = TransportTable.Find(endpoint, context);
            var addresses = await transport.ResolveAsync(endpoint, cancellationToken).ConfigureAwait(false);
            await ListenAsync(server, context, transport, addresses[0]).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (isShared)
            {
                SharedContext.Release(context);
            }

            throw ToBindFailure(exception) ?? exception;
        }

        await caller;
        return server;
    }

    /// <summary>The exception for the caller when the transport cannot bind; null for any other.</summary>
    internal static AccelioException? ToBindFailure(Exception exception) => exception is not TransportException { Error: var error } ? null : new AccelioException(
        exception.Message,
        error is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain ? AccelioStatus.AddressError : AccelioStatus.BindFailed,
        false,
        exception);

    /// <summary>Has a server listen, on its context.</summary>
    internal static ValueTask ListenAsync(ServerCore server, PollerContext context, ITransport transport, EndPoint address) =>
        ListenAsync(context, () => server.Listen(transport, address));

    /// <summary>Has something listen, on a context.</summary>
    internal static ValueTask ListenAsync(PollerContext context, Action listen)
    {
        var done = new Signal(context);
        var item = new ActionItem(() =>
        {
            try
            {
                listen();
                done.Set();
            }
            catch (Exception exception)
            {
                done.Set(exception);
            }
        });
        context.Poller.DemandCaller();
        if (!context.Poller.Post(item))
        {
            throw context.Disposed("nothing can listen on it");
        }

        return done.WaitAsync();
    }
}
