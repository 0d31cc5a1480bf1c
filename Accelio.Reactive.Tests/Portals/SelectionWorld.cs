using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;

namespace Accelio.Reactive.Tests.Portals;

/// <summary>A session with connections on three contexts to three portals, and a server that notes where requests come from.</summary>
internal sealed class SelectionWorld : IAsyncDisposable
{
    private readonly TaskCompletionSource _release = new();
    private readonly List<AccelioConnection> _arrived = [];

    private SelectionWorld(PortalWorld portals) => Portals = portals;

    /// <summary>A request with this body is answered when <see cref="Release"/> says so, and not noted.</summary>
    public static byte[] HoldMe { get; } = new byte[1000];

    public PortalWorld Portals { get; }

    public AccelioSession Session { get; private set; } = null!;

    public AccelioSession Accepted { get; private set; } = null!;

    public static async Task<SelectionWorld> OpenAsync(Sessions.Wire wire, ConnectionSelection selection)
    {
        var world = new SelectionWorld(await PortalWorld.OpenAsync(wire, 3, 3));
        world.Portals.Server.Handle(world.AnswerAsync);
        world.Session = await world.Portals.ConnectAsync(3, options => (options.Selection, options.OwnLink) = (selection, true));
        world.Accepted = await world.Portals.AcceptedAsync(0, 3);
        return world;
    }

    /// <summary>Sends requests, one after another, from no context.</summary>
    public Task RequestAsync(int count) => Task.Run(async () =>
    {
        for (var i = 0; i < count; i++)
        {
            await Session.RequestAsync(new byte[1], answer => answer.PayloadLength);
        }
    });

    /// <summary>The clients' contexts whose connections were used since the last call, in order.</summary>
    public async Task<List<AccelioContext>> UsedAsync()
    {
        List<AccelioConnection> arrived;
        lock (_arrived)
        {
            arrived = [.. _arrived];
            _arrived.Clear();
        }

        await Task.Yield();
        return [.. arrived.Select(ContextOf)];
    }

    /// <summary>The context of each of so many keys.</summary>
    public async Task<List<AccelioContext>> PlacesOfKeysAsync(int keys)
    {
        for (var key = 1; key <= keys; key++)
        {
            await Session.RequestAsync(new OutboundMessage(new byte[1]) { Key = key }, answer => answer.PayloadLength);
        }

        return await UsedAsync();
    }

    /// <summary>Answers what is held.</summary>
    public void Release() => _release.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Release();
        await Session.DisposeAsync();
        await Portals.DisposeAsync();
    }

    private AccelioContext ContextOf(AccelioConnection accepted) =>
        Session.Connections.Single(connection => connection.LocalEndPoint.Equals(accepted.RemoteEndPoint)).Context;

    private async ValueTask AnswerAsync(InboundRequest request)
    {
        if (request.PayloadLength == HoldMe.Length)
        {
            await _release.Task;
        }
        else
        {
            lock (_arrived)
            {
                _arrived.Add(request.Connection!);
            }
        }

        await request.RespondAsync(new byte[1]);
    }
}
