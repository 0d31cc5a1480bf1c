using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>The other server, which takes sessions over from this one: over a session between the two. One context only.</summary>
internal sealed class HandOverPeer : IAsyncDisposable
{
    private readonly AccelioSession _session;
    private readonly AccelioServerOptions _options;
    private byte[] _nonces = [];
    private ulong _offers;

    private HandOverPeer(AccelioSession session, AccelioServerOptions options)
    {
        _session = session;
        _options = options;
    }

    /// <summary>Connects, and has the other server prove that it knows the key.</summary>
    /// <exception cref="AccelioException">It is not there, or it does not know it.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<HandOverPeer> OpenAsync(PollerContext context, AccelioServerOptions options, Uri target, TimeSpan limit, CancellationToken token)
    {
        var settings = new AccelioSessionOptions
        {
            Context = context,
            OwnLink = true,
            Resume = true,
            RequestTimeout = limit,
            MaxRedirects = 0,
        };
        var session = await AccelioSession.ConnectAsync(new UriBuilder(target) { Path = HandOverDesk.Resource }.Uri, settings, token).ConfigureAwait(false);
        var peer = new HandOverPeer(session, options);
        try
        {
            await peer.GreetAsync(context, target, token).ConfigureAwait(false);
            await context.SwitchTo();
            return peer;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Hands a session over.</summary>
    /// <returns>What its client is told, for each connection.</returns>
    /// <exception cref="AccelioException">The other server does not take it, or is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TakenConnection[]> OfferAsync(HandOverState state, CancellationToken token)
    {
        var body = state.ToBytes();
        var number = ++_offers;
        var header = new byte[sizeof(byte) + sizeof(ulong) + HandOverProof.Size];
        Write(header, number, HandOverProof.OfOffer(_options.MigrationKey.Span, _nonces, number, body));
        var answer = await _session.RequestAsync(
            new OutboundMessage(body) { Header = header },
            static answer => answer.Payload.FirstSpan.ToArray(),
            token).ConfigureAwait(false);
        return TakenConnection.TryParse(answer, state.Connections.Length) ?? throw new AccelioException(
            $"The other server has answered with {answer.Length} bytes that do not name {state.Connections.Length} connections.", AccelioStatus.MessageInvalid);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static void Write(Span<byte> header, ulong number, ReadOnlySpan<byte> proof)
    {
        var writer = new SpanWriter(header);
        writer.WriteByte((byte)HandOverOperation.Offer);
        writer.WriteUInt64(number);
        writer.WriteBytes(proof);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask GreetAsync(PollerContext context, Uri target, CancellationToken token)
    {
        var mine = HandOverProof.NewNonce(context.Entropy);
        var answer = await _session.RequestAsync(
            new OutboundMessage(mine.AsMemory()) { Header = new byte[] { (byte)HandOverOperation.Greet } },
            static answer => answer.Payload.FirstSpan.ToArray(),
            token).ConfigureAwait(false);
        if (answer.Length == HandOverProof.NonceSize + HandOverProof.Size)
        {
            _nonces = [.. mine, .. answer.AsSpan(0, HandOverProof.NonceSize)];
            if (HandOverProof.Equals(HandOverProof.OfTaker(_options.MigrationKey.Span, _nonces), answer.AsSpan(HandOverProof.NonceSize)))
            {
                return;
            }
        }

        throw new AccelioException($"The server at {target} has another MigrationKey than this one; nothing was handed over.", AccelioStatus.SessionRefused);
    }
}
