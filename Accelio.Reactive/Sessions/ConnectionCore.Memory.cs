using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <content>Memory that the two ends share (wire protocol, section 19.9).</content>
internal sealed partial class ConnectionCore
{
    // Longer operations are cut into several, one after the other, so that each fits any peer's limits and has the whole time limit of a request.
    private const int PieceLength = 1 << 20;

    private readonly SharedRegions _shared;

    /// <inheritdoc/>
    public override SharedMemory Share(Memory<byte> memory, RemoteAccess access)
    {
        DemandSharing();
        var shared = _shared.Add(memory, access);
        if (HasDirectMemory)
        {
            _session.RunOnContext(() => Expose(shared));
        }

        return shared;
    }

    /// <summary>Memory is shared no more: devices let go of it. Any thread.</summary>
    internal void Withdraw(SharedMemory shared)
    {
        if (HasDirectMemory)
        {
            _session.RunOnContext(() => Machine.Machine.Withdraw(shared.Token.Region));
        }
    }

    /// <inheritdoc/>
    public override ValueTask ReadRemoteAsync(MemoryToken token, long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        DemandRange(token, offset, destination.Length, RemoteAccess.Read);
        return HasDirectMemory
            ? RemoteTransfer.ReadAsync(this, token, offset, destination, cancellationToken)
            : ReadByMessagesAsync(token, offset, destination, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask WriteRemoteAsync(MemoryToken token, long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        DemandRange(token, offset, source.Length, RemoteAccess.Write);
        return HasDirectMemory
            ? RemoteTransfer.WriteAsync(this, token, offset, source, cancellationToken)
            : WriteByMessagesAsync(token, offset, source, cancellationToken);
    }

    /// <inheritdoc/>
    RegisteredMemory? IConnectionEvents.ChooseShared(ConnectionMachine connection, in RemoteItem remote, long length, out int start)
    {
        start = 0;
        return remote.Operation == RemoteOperation.Write && remote.Length == length && !_hasEnded && _shared.TryHold(remote, out var window, out start) == AccelioStatus.Success
            ? window
            : null;
    }

    /// <inheritdoc/>
    void IConnectionEvents.OnRemoteRequest(ConnectionMachine connection, MessageCore request, in RemoteItem remote)
    {
        var version = request.Version;
        RegisteredMemory? window = null;
        var start = 0;
        var status = remote.Operation == RemoteOperation.Write && request.PayloadLength != remote.Length
            ? AccelioStatus.RemoteAccess
            : _shared.TryHold(remote, out window, out start);
        if (request.TryClaimAnswer(version))
        {
            if (window is not null)
            {
                Serve(connection, request, remote, window, start);
            }
            else
            {
                connection.SendStatusResponse(request, status, text: null);
            }
        }

        window?.EndHold();
        request.ReleaseAtHome(version);
    }

    private static void Serve(ConnectionMachine connection, MessageCore request, in RemoteItem remote, RegisteredMemory window, int start)
    {
        if (remote.Operation == RemoteOperation.Read)
        {
            var body = window.Lend(start, (int)remote.Length);
            connection.Respond(request, new OutboundMessage(body.Payload), body, out var isReferenced);
            if (!isReferenced)
            {
                body.Release();
            }

            return;
        }

        // A long body has landed where it belongs.
        if (!ReferenceEquals(request.Registered, window))
        {
            request.PayloadNow.CopyTo(window.Held.Span[start..]);
        }

        connection.Respond(request, default, token: null, out _);
    }

    /// <summary>Reads memory of the peer, by asking it.</summary>
    internal async ValueTask ReadByMessagesAsync(MemoryToken token, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (!destination.IsEmpty)
        {
            var length = Math.Min(destination.Length, PieceLength);
            var message = new OutboundMessage { ResponseBuffer = destination[..length] };
            var received = await _session.RequestAsync(Machine, message, Item(RemoteOperation.Read, token, offset, length), cancellationToken).ConfigureAwait(false);
            if (received != length)
            {
                throw new AccelioException($"The peer answered a read of {length} bytes of its memory with {received}.", AccelioStatus.PartialMessage);
            }

            offset += length;
            destination = destination[length..];
        }
    }

    /// <summary>Writes memory of the peer, by asking it.</summary>
    internal async ValueTask WriteByMessagesAsync(MemoryToken token, long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        while (!source.IsEmpty)
        {
            var length = Math.Min(source.Length, PieceLength);
            await _session.RequestAsync(Machine, new OutboundMessage(source[..length]), Item(RemoteOperation.Write, token, offset, length), cancellationToken).ConfigureAwait(false);
            offset += length;
            source = source[length..];
        }
    }

    private bool HasDirectMemory => _machine is { } machine && machine.Machine.HasDirectMemory;

    private void Expose(SharedMemory shared)
    {
        if (!_hasEnded && shared.Window.TryHold())
        {
            Machine.Machine.Expose(Machine, shared.Token, shared.Window);
        }
    }

    private static RemoteRequest Item(RemoteOperation operation, in MemoryToken token, long offset, int length) =>
        new(new RemoteItem(operation, token.Region, token.Generation, (ulong)offset, (uint)length));

    private void DemandRange(in MemoryToken token, long offset, int length, RemoteAccess needed)
    {
        if (token == default)
        {
            throw new ArgumentException("default(MemoryToken) names no memory. Tokens come from the peer, which shares the memory: MemoryToken.Read.", nameof(token));
        }

        if ((token.Access & needed) == 0)
        {
            throw new ArgumentException($"The peer shares this memory for {token.Access} only.", nameof(token));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (offset > token.Length || length > token.Length - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{length} bytes from there reach beyond the {token.Length} bytes of the memory.");
        }

        DemandSharing();
    }

    private void DemandSharing()
    {
        if (_machine is { State: not ConnectionState.Closed } machine && !_hasEnded && !machine.Machine.HasMemory)
        {
            throw new NotSupportedException("The peer does not know shared memory: it is a C program, or an older one of ours. Send the bytes in messages.");
        }
    }
}
