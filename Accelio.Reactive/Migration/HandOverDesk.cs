using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>
/// Takes sessions over from another server, over the session between the two, whose only consumer this is. Who does not know the key gets nothing but a random number and a refusal, and is counted; what is not exactly
/// as it should be is refused, and leaves no trace. Context only.
/// </summary>
/// <param name="server">Where the other server has come.</param>
/// <param name="options">The settings.</param>
/// <param name="peer">The other server's address.</param>
/// <param name="host">The host by which it names this one, as the clients will.</param>
internal sealed class HandOverDesk(ServerCore server, AccelioServerOptions options, System.Net.EndPoint peer, string host)
{
    /// <summary>What servers ask for that hand sessions over.</summary>
    public const string Resource = "/.accelio/hand-over";

    private byte[]? _nonces;
    private ulong _last;

    /// <summary>Serves one request of the other server.</summary>
    public ValueTask HandleAsync(InboundRequest request)
    {
        var header = request.Header.Span;
        var body = request.Payload.FirstSpan;
        var operation = header.IsEmpty ? default : (HandOverOperation)header[0];
        if (operation == HandOverOperation.Greet && header.Length == 1 && body.Length == HandOverProof.NonceSize && _nonces is null)
        {
            var nonce = HandOverProof.NewNonce(server.Context.Entropy);
            _nonces = [.. body, .. nonce];
            return request.RespondAsync(new OutboundMessage((byte[])[.. nonce, .. HandOverProof.OfTaker(options.MigrationKey.Span, _nonces)]));
        }

        if (operation != HandOverOperation.Offer || header.Length != sizeof(byte) + sizeof(ulong) + HandOverProof.Size || _nonces is not { } nonces)
        {
            return RefuseAsync(request, AccelioStatus.MessageInvalid, "a request that is none of a hand-over");
        }

        var reader = new SpanReader(header[1..]);
        var number = reader.ReadUInt64();
        if (number <= _last || !HandOverProof.Equals(HandOverProof.OfOffer(options.MigrationKey.Span, nonces, number, body), reader.ReadBytes(HandOverProof.Size)))
        {
            return RefuseAsync(request, AccelioStatus.SessionRefused, "the proof is wrong: is the MigrationKey the same on both servers?");
        }

        _last = number;
        return HandOverState.TryParse(body, out var field) is { } state
            ? TakeAsync(request, state)
            : RefuseAsync(request, AccelioStatus.MessageInvalid, $"hand-over: {field}");
    }

    private async ValueTask TakeAsync(InboundRequest request, HandOverState state)
    {
        byte[] answer;
        try
        {
            answer = TakenConnection.ToBytes(await server.ImportAsync(state, host, request.Canceled).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            await RefuseAsync(request, (exception as AccelioException)?.Status ?? AccelioStatus.SessionRefused, exception.Message).ConfigureAwait(false);
            return;
        }

        await request.RespondAsync(answer).ConfigureAwait(false);
    }

    private ValueTask RefuseAsync(InboundRequest request, AccelioStatus status, string text)
    {
        server.Context.NoteRefusedHandOver(peer, status, text);
        return request.FailAsync(status, text);
    }
}
