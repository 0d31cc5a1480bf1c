using Accelio.Reactive.Engine;
using Accelio.Transports;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>A greeting on a link of its own, by whoever says to have set the session up.</summary>
internal sealed class Greeting : ILinkHost
{
    private readonly SessionCore _session;
    private readonly uint _localId;
    private readonly SessionPeer _server;
    private readonly TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ConnectionMachine? _connection;

    private Greeting(SessionCore session, uint localId, in SessionPeer server)
    {
        _session = session;
        _localId = localId;
        _server = server;
    }

    /// <summary>Greets the server of a pair; tells whether it has taken the connection.</summary>
    public static async Task<bool> IsTakenAsync(Pair pair, uint localId, SessionPeer server)
    {
        var session = (SessionCore)pair.Session;
        var transport = TransportTable.Find(pair.Server.EndPoint, session.Context);
        var addresses = await transport.ResolveAsync(pair.Server.EndPoint, CancellationToken.None);
        var greeting = new Greeting(session, localId, server);
        LinkMachine machine = null!;
        await pair.ClientContext.RunAsync(_ =>
        {
            var context = session.Context;
            machine = new LinkMachine(greeting, session.Settings, context.Poller, context.Messages, context.Budget, context.Entropy, isClient: true);
            machine.Attach(transport.Dial(context.Poller, addresses[0], LinkSettings.From(Pair.WithPatience(new AccelioSessionOptions())), machine));
            return default;
        });
        var isTaken = await greeting._outcome.Task.WaitAsync(Pair.Limit);
        await pair.ClientContext.RunAsync(_ =>
        {
            machine.Link.Close();
            return default;
        });
        return isTaken;
    }

    public void OnLinkReady(LinkMachine link)
    {
        _connection = link.OpenConnection(NoEvents.Instance, _localId, _server);
        Look(link);
    }

    public void OnSessionRequest(LinkMachine link, IncomingSession incoming) => throw new InvalidOperationException("a server asks for a session");

    public void OnHello(LinkMachine link, IncomingHello hello) => throw new InvalidOperationException("a server greets");

    public void OnLinkIdle(LinkMachine link)
    {
    }

    public void OnLinkClosed(LinkMachine link, LinkError error, string detail) => _outcome.TrySetResult(false);

    public void OnLinkNote(LinkMachine link, LinkNote note, string detail)
    {
    }

    // Once per duty cycle, until the answer is there.
    private void Look(LinkMachine link)
    {
        if (_connection!.State == ConnectionState.Connecting)
        {
            _session.Poller.Post(new ActionItem(() => Look(link)));
        }
        else
        {
            _outcome.TrySetResult(_connection.IsOnline);
        }
    }
}
