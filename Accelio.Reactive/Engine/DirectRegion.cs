using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>Memory of the peer that this side's device gets at, and what is under way in it. Poller only.</summary>
/// <param name="machine">The link.</param>
/// <param name="connection">The id here of the connection that it is shared on.</param>
/// <param name="exposed">What the peer said.</param>
internal sealed class DirectRegion(LinkMachine machine, uint connection, in ExposePayload exposed)
{
    private readonly ExposePayload _exposed = exposed;
    private int _underWay;

    /// <summary>Whether the peer wants it back: nothing new is begun.</summary>
    public bool IsWithdrawn { get; set; }

    /// <summary>Whether nothing is under way.</summary>
    public bool IsIdle => _underWay == 0;

    /// <summary>Whether the peer shares it for this, on this connection, with this generation.</summary>
    public bool Allows(uint localId, uint generation, RemoteAccess access, long offset, long length) =>
        localId == connection
        && generation == _exposed.Generation
        && !IsWithdrawn
        && ((RemoteAccess)_exposed.Access & access) == access
        && offset <= (long)_exposed.Length
        && length <= (long)_exposed.Length - offset;

    /// <summary>Begins an operation within what is allowed; <see cref="Ended"/> must follow.</summary>
    public void Begin(DirectOperation operation, long offset)
    {
        _underWay++;
        operation.RemoteAddress = _exposed.Address + (ulong)offset;
        operation.RemoteKey = _exposed.Key;
        machine.Link.Direct!.Begin(operation);
    }

    /// <summary>An operation has ended.</summary>
    public void Ended()
    {
        if (--_underWay == 0 && IsWithdrawn)
        {
            machine.AnswerWithdraw(_exposed.Region);
        }
    }
}
