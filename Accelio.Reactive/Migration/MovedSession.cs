using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>
/// Stands for a session that was moved: a client that has lost its link before it was told comes back here, and is told now - if it shows what only it was given. Any portal's context.
/// </summary>
internal sealed class MovedSession(SessionDirectory directory, uint id, SessionPeer client, string target, IReadOnlyList<MovingConnection> connections) : IServedSession
{
    private readonly byte[] _target = Encoding.UTF8.GetBytes(target);
    private readonly (uint Id, ResumeToken Old, ResumeToken New)[] _tokens = [.. connections.Select(static moved => (moved.HandOver.Id, moved.OldToken, moved.NewToken))];

    /// <inheritdoc/>
    public void OnHello(ServerCore portal, IncomingHello hello) => hello.Refuse($"hello for session 0x{hello.SessionId:x8}, which has moved");

    /// <inheritdoc/>
    public void OnReturn(ServerCore portal, IncomingHello hello)
    {
        var (found, old, next) = Array.Find(_tokens, token => token.Id == hello.Resume!.Value.Connection);
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
            hello.SendOn(_target, next);
        }
    }

    /// <inheritdoc/>
    public bool TryMakeWay(ServerCore portal, UInt128 key)
    {
        var isSame = client.Key == key;
        if (isSame)
        {
            Forget();
        }

        return isSame;
    }

    /// <summary>Clients that come now are told that there is no such session.</summary>
    public void Forget() => directory.Remove(id, this);
}
