using System.Net;
using System.Runtime.CompilerServices;
using Accelio.Transports;

namespace Accelio.Reactive;

/// <content>Opening sessions.</content>
public abstract partial class AccelioSession
{
    /// <summary>Opens a session.</summary>
    /// <param name="server">Where the server listens, and the resource: <c>tcp://host:port/resource</c>. Sent to the server as written.</param>
    /// <param name="options">Settings; copied.</param>
    /// <param name="cancellationToken">Ends connecting with <see cref="AccelioCanceledException"/>.</param>
    /// <exception cref="ArgumentException">The URI or an option makes no sense; the message says which and why.</exception>
    /// <exception cref="SessionRejectedException">The server rejected the session.</exception>
    /// <exception cref="AccelioTimeoutException">The session was not established within <see cref="AccelioSessionOptions.ConnectTimeout"/>.</exception>
    /// <exception cref="AccelioException">The host does not resolve, nobody listens, or the link was lost.</exception>
    public static ValueTask<AccelioSession> ConnectAsync(Uri server, AccelioSessionOptions? options = null, CancellationToken cancellationToken = default) =>
        VirtualCall<AccelioSession>.Around(ConnectCore(server, options, cancellationToken));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<AccelioSession> ConnectCore(Uri server, AccelioSessionOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        var settings = (options ?? new AccelioSessionOptions()).Validate();
        SetupLimits.CheckRequest(server.OriginalString, settings.PrivateData, nameof(server));
        if (cancellationToken.IsCancellationRequested)
        {
            throw SessionCore.ConnectCanceled(cancellationToken);
        }

        var caller = ContextSwitch.ToCaller;
        if (Math.Max(1, settings.Contexts.Count) * settings.ConnectionsOnContext > 1)
        {
            var wide = await WideSession.OpenAsync(server, settings, cancellationToken).ConfigureAwait(false);
            await caller;
            return wide;
        }

        var context = ContextFactory.Resolve(settings.Contexts.Count == 1 ? settings.Contexts[0] : settings.Context, out var isShared);
        ITransport transport;
        EndPoint[] addresses;
        long limit;
        try
        {
            transport = TransportTable.Find(server, context);
            (addresses, limit) = await NameLookup.RunAsync(context, transport, server, settings.ConnectTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (isShared)
            {
                SharedContext.Release(context);
            }

            throw ToResolveFailure(exception, cancellationToken);
        }

        var session = new SessionCore(context, settings, server.OriginalString, null, isShared);
        await session.ConnectAsync(transport, addresses, limit, cancellationToken).ConfigureAwait(false);
        await caller;
        return session;
    }

    /// <summary>The exception for the caller when the address of the server cannot be found.</summary>
    internal static Exception ToResolveFailure(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        TransportException => new AccelioException(exception.Message, AccelioStatus.AddressError, false, exception),
        OperationCanceledException => SessionCore.ConnectCanceled(cancellationToken),
        _ => exception,
    };
}
