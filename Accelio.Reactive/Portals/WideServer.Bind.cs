using System.Net;
using System.Runtime.CompilerServices;
using Accelio.Transports;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive;

/// <content>Opening: the address that is asked for, and a port of its own for each portal.</content>
internal sealed partial class WideServer
{
    /// <summary>Binds a server over the contexts of its options.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<WideServer> OpenAsync(Uri endpoint, AccelioServerOptions options, CancellationToken cancellationToken)
    {
        var server = new WideServer(options, endpoint);
        try
        {
            var transport = TransportTable.Find(endpoint, server.Context);
            var addresses = await transport.ResolveAsync(endpoint, cancellationToken).ConfigureAwait(false);
            await server.ListenAsync(transport, addresses[0]).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            server.Dispose();
            throw ToBindFailure(exception) ?? exception;
        }

        return server;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ListenAsync(ITransport transport, EndPoint address)
    {
        // On a context that is ending it fails as the portal does that follows.
        Run(() => Context.TryAdd(this));
        if (_options.SharesPort)
        {
            await ShareAsync(transport, address).ConfigureAwait(false);
            return;
        }

        await ListenAsync(_servers[0], transport, address).ConfigureAwait(false);
        _endPoint = _servers[0].EndPoint;
        for (var i = 0; i < _servers.Length; i++)
        {
            var port = _options.FirstPortalPort == 0 ? 0 : _options.FirstPortalPort + i;
            EndPoint portal = address switch
            {
                IPEndPoint ip => new IPEndPoint(ip.Address, port),
                SimulatedEndPoint simulated => new SimulatedEndPoint(simulated.Host, port),
                _ => address,
            };
            await ListenAsync(_servers[i], transport, portal).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ShareAsync(ITransport transport, EndPoint address)
    {
        if (transport is not ISpreadingTransport spreading)
        {
            throw new ArgumentException($"The links of {transport.Scheme}:// stay on the context that has accepted them; set SharesPort to false.", nameof(transport));
        }

        await ListenAsync(Context, () => _servers[0].Listen(spreading, address, _servers)).ConfigureAwait(false);
        _endPoint = _servers[0].EndPoint;
        foreach (var server in _servers.Skip(1))
        {
            await ListenAsync(server.Context, () => server.ListenAs(_endPoint)).ConfigureAwait(false);
        }
    }

    private static ValueTask ListenAsync(ServerCore server, ITransport transport, EndPoint address) => ListenAsync(server, server.Context, transport, address);
}
