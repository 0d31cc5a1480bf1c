using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>
/// Stands for a session that was moved: a client that has lost its link before it was told comes back here, and is told now - if it shows what only it was given. Any portal's context.
/// </summary>
internal sealed class MovedSession(SessionDirectory directory, uint id, SessionPeer client, IReadOnlyList<MovingConnection> connections) : IServedSession
{
    private readonly (uint Id, ResumeToken Old, TakenConnection Taken)[] _connections = [.. connections.Select(static moved => (moved.HandOver.Id, moved.OldToken, moved.Taken))];

    /// <inheritdoc/>
    public void OnHello(ServerCore portal, IncomingHello hello) => hello.Refuse($"hello for session 0x{hello.SessionId:x8}, which has moved");

    /// <inheritdoc/>
    public void OnReturn(ServerCore portal, IncomingHello hello)
    {
        var (found, old, taken) = Array.Find(_connections, moved => moved.Id == hello.Resume!.Value.Connection);
        if (found == 0)
        {
            hello.Decline(AccelioStatus.NotSession);
        }
        else if (!client.IsSource(hello) || ((old.Instance ^ hello.ResumeToken.Instance) | (old.Proof ^ hello.ResumeToken.Proof)) != 0)
        {
            portal.Context.NoteRefusedResume(hello.Link.Link.RemoteEndPoint, AccelioStatus.SessionRefused);
            hello.Decline(AccelioStatus.SessionRefused);
        }
        else
        {
            hello.SendOn(Encoding.UTF8.GetBytes(taken.Target), taken.Token);
        }
    }

    /// <inheritdoc/>
    public ValueTask MakeWayAsync(UInt128 key)
    {
        if (client.Key == key)
        {
            Forget();
        }

        return default;
    }

    /// <summary>Clients that come now are told that there is no such session.</summary>
    public void Forget() => directory.Remove(id, this);
}
