using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Sessions;

namespace Accelio.Reactive.Tests.History;

/// <summary>The servers of a run: what their handlers do is entered in the ledger. They know which accepted session is whose.</summary>
internal sealed class Hosts(Ledger ledger)
{
    private readonly List<AccelioServer> _servers = [];
    private readonly ConcurrentDictionary<string, AccelioSession> _accepted = new();

    /// <summary>Where the servers listen.</summary>
    public IReadOnlyList<Uri> EndPoints => [.. _servers.Select(server => server.EndPoint)];

    /// <summary>Starts another one.</summary>
    public async Task ServeAsync(Sessions.Wire wire, AccelioContext context)
    {
        var options = Pair.WithPatience(new AccelioServerOptions { Context = context, WindowMessages = 24, MaxConcurrentHandlers = 4 });
        var server = await AccelioServer.BindAsync(wire.Address, options);
        server.Sessions.Subscribe(session =>
        {
            _accepted[session.Resource] = session;
            session.Closed.ContinueWith(_ => _accepted.TryRemove(session.Resource, out AccelioSession? _), TaskScheduler.Default);
        });
        server.Handle(HandleAsync);
        _servers.Add(server);
    }

    /// <summary>The other end of a client's session, as long as it is there.</summary>
    public AccelioSession? AcceptedFor(AccelioSession session) => _accepted.GetValueOrDefault(session.Resource);

    /// <summary>Ends the servers when their work has.</summary>
    public Task DrainAsync() => Task.WhenAll(_servers.Select(server => server.DrainAsync().AsTask())).WaitAsync(Pair.Limit);

    private async ValueTask HandleAsync(InboundRequest request)
    {
        var number = new byte[sizeof(int)];
        request.Payload.Slice(0, sizeof(int)).CopyTo(number);
        var (id, canceled) = (BinaryPrimitives.ReadInt32LittleEndian(number), request.Canceled);
        ledger.Begin(id);
        for (var i = id % 7; i > 0; i--)
        {
            await Task.Yield();
            if (id % 3 != 0)
            {
                canceled.ThrowIfCancellationRequested();
            }
        }

        ledger.Answer(id);
        await request.RespondAsync(request.Payload);
    }
}
