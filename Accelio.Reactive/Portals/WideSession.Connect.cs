using System.Net;
using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;
using Accelio.Transports;

namespace Accelio.Reactive;

/// <content>Clients: the first part sets the session up, then all bring their connections to the portals.</content>
internal sealed partial class WideSession
{
    private readonly Signal _settled;
    private readonly HashSet<SessionCore> _unsettled = [];
    private long _deadline = long.MaxValue;
    private bool _hasJoined;
    private bool _wasCanceled;

    private AccelioSessionOptions ClientOptions => (AccelioSessionOptions)_options;

    /// <summary>Opens a session over the contexts of its options.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<WideSession> OpenAsync(Uri server, AccelioSessionOptions options, CancellationToken cancellationToken)
    {
        var home = ContextFactory.Resolve(options.Contexts.Count == 0 ? options.Context : options.Contexts[0], out var isShared);
        ITransport transport;
        EndPoint[] addresses;
        long limit;
        try
        {
            transport = TransportTable.Find(server, home);
            (addresses, limit) = await NameLookup.RunAsync(home, transport, server, options.ConnectTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (isShared)
            {
                SharedContext.Release(home);
            }

            throw ToResolveFailure(exception, cancellationToken);
        }

        var session = new WideSession(home, options, server.OriginalString, server: null, isShared);
        await session.ConnectAsync(transport, addresses, limit, cancellationToken).ConfigureAwait(false);
        return session;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ConnectAsync(ITransport transport, EndPoint[] addresses, long limit, CancellationToken cancellationToken)
    {
        var lead = AddPart(Home, ClientOptions, portal: null, SharedContext.TryHold(Home));
        _unsettled.Add(lead);
        RunAtHome(() => Begin(limit));
        Exception? failure = null;
        try
        {
            await lead.ConnectAsync(transport, addresses, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (Home.Poller.HasStopped)
            {
                throw;
            }

            failure = exception;
        }

        using (cancellationToken.UnsafeRegister(static (state, _) => ((WideSession)state!).RunAtHome(((WideSession)state!).CancelConnecting), this))
        {
            await _settled.WaitAsync().ConfigureAwait(false);
        }

        if (_wasCanceled)
        {
            throw SessionCore.ConnectCanceled(cancellationToken);
        }

        if (failure is not null && _state != SessionState.Established)
        {
            throw failure;
        }
    }

    private void CancelConnecting()
    {
        if (_unsettled.Count != 0)
        {
            _wasCanceled = true;
            AbortNow();
        }
    }

    private void Begin(long limit)
    {
        if (IsOver || !Home.TryAdd(this))
        {
            return;
        }

        if (limit != long.MaxValue)
        {
            _deadline = Home.Poller.Now + limit;
        }
    }

    private void JoinOthers(SessionJoint joint)
    {
        _acceptedData = _parts[0].AcceptedData.ToArray();
        var limit = _deadline == long.MaxValue ? long.MaxValue : Math.Max(1, _deadline - Home.Poller.Now);
        IReadOnlyList<AccelioContext> contexts = ClientOptions.Contexts.Count == 0 ? [Home] : ClientOptions.Contexts;
        for (var i = 1; i < contexts.Count * ClientOptions.ConnectionsOnContext; i++)
        {
            var context = ContextFactory.Resolve(contexts[i % contexts.Count], out var isShared);

            // Without ids of their own two connections of a session cannot share a link.
            var options = i < contexts.Count || joint.Server.Key is not null ? ClientOptions : ClientOptions.WithOwnLink();
            var part = AddPart(context, options, portal: null, isShared);
            _unsettled.Add(part);
            if (!part.RunOnContext(() => part.Join(joint, limit)))
            {
                PartClosed(part, new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.ConnectError, $"The context {context.Name} was disposed."));
            }
        }
    }

    /// <summary>A part has its connection, or has ended without one.</summary>
    private void Settle(SessionCore part)
    {
        if (_unsettled.Remove(part) && _unsettled.Count == 0)
        {
            _settled.Set();
        }
    }
}
