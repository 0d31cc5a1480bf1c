using Accelio.Reactive.Engine;
using Accelio.Transports;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Adds a connection over a link of its own to a client's session, as programs with several threads do.</summary>
internal sealed class SecondConnection : ILinkHost
{
    private readonly SessionCore _session;
    private LinkMachine? _machine;

    private SecondConnection(SessionCore session) => _session = session;

    /// <summary>Adds it; completes when messages may flow on it.</summary>
    public static async Task AddAsync(Pair pair)
    {
        var session = (SessionCore)pair.Session;
        var uri = pair.Server.EndPoint;
        var transport = TransportTable.Find(uri, session.Context);
        var addresses = await transport.ResolveAsync(uri, CancellationToken.None);
        await pair.ClientContext.RunAsync(_ =>
        {
            new SecondConnection(session).Dial(transport, addresses[0]);
            return default;
        });
        while (!await pair.ClientContext.RunAsync(_ => ValueTask.FromResult(session.Connections.Count == 2)))
        {
            await Task.Yield();
        }
    }

    public void OnLinkReady(LinkMachine link)
    {
        var connection = _session.NewConnection();
        var lead = ((ConnectionCore)_session.Connections[0]).Machine;
        connection.Attach(link.OpenConnection(connection, lead.LocalId, lead.ToPeer()));
    }

    public void OnSessionRequest(LinkMachine link, IncomingSession incoming) => throw new InvalidOperationException("a server asks for a session");

    public void OnHello(LinkMachine link, IncomingHello hello) => throw new InvalidOperationException("a server greets");

    public void OnLinkIdle(LinkMachine link) => link.Link.Close();

    public void OnLinkClosed(LinkMachine link, LinkError error, string detail)
    {
    }

    public void OnLinkNote(LinkMachine link, LinkNote note, string detail)
    {
    }

    private void Dial(ITransport transport, System.Net.EndPoint address)
    {
        var context = _session.Context;
        _machine = new LinkMachine(this, _session.Settings, context.Poller, context.Messages, context.Budget, context.Entropy, isClient: true);
        _machine.Attach(transport.Dial(context.Poller, address, LinkSettings.From(Pair.WithPatience(new AccelioSessionOptions())), _machine));
    }
}
