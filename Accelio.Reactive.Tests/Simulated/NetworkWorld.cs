using System.Reactive.Linq;
using Microsoft.Reactive.Testing;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>A network in the time of a test scheduler, with servers that echo on hosts of their own.</summary>
internal sealed class NetworkWorld : IDisposable
{
    public NetworkWorld(SimulatedLinkKind kind = SimulatedLinkKind.Stream, TimeSpan latency = default, int? seed = null, TimeSpan contextDelay = default)
    {
        Network = new SimulatedNetwork(Scheduler, seed)
        {
            LinkKind = kind,
            UsualConditions = new SimulatedConditions { Latency = latency },
            ContextDelay = contextDelay,
        };
        Client = Network.CreateContext("client");
    }

    public TestScheduler Scheduler { get; } = new();

    public SimulatedNetwork Network { get; }

    public AccelioContext Client { get; }

    /// <summary>How many requests each server got since it was started.</summary>
    public Dictionary<string, int> Served { get; } = [];

    /// <summary>Lengths of one-way messages in the order of arrival.</summary>
    public List<int> Arrived { get; } = [];

    /// <summary>How the sessions of servers ended.</summary>
    public List<SessionClosed> ServerEnds { get; } = [];

    /// <summary>Has a server run on a host, and run again after each restart, with what it served forgotten.</summary>
    public void Serve(string host, Action<AccelioServerOptions>? configure = null)
    {
        Network.Host(host).Run(async me =>
        {
            var options = new AccelioServerOptions { Context = me.CreateContext() };
            configure?.Invoke(options);
            var server = await AccelioServer.BindAsync(new Uri($"sim://{host}:1"), options);
            Served[host] = 0;
            server.Sessions.SelectMany(session => session.Events).OfType<SessionClosed>().Subscribe(ServerEnds.Add);
            server.Messages.Read(message => message.PayloadLength).Subscribe(Arrived.Add, static _ => { });
            server.Handle(request =>
            {
                Served[host]++;
                return request.RespondAsync(request.Payload);
            });
        });
        Network.RunUntilIdle();
    }

    public Task<AccelioSession> ConnectAsync(string host, Action<AccelioSessionOptions>? configure = null)
    {
        var options = new AccelioSessionOptions { Context = Client, OwnLink = true };
        configure?.Invoke(options);
        return AccelioSession.ConnectAsync(new Uri($"sim://{host}:1"), options).AsTask();
    }

    public AccelioSession Connect(string host, Action<AccelioSessionOptions>? configure = null) => Network.Run(() => ConnectAsync(host, configure));

    /// <summary>How long something takes, in virtual time.</summary>
    public TimeSpan Time(Func<Task> what)
    {
        var began = Network.Elapsed;
        Network.Run(what);
        return Network.Elapsed - began;
    }

    public static Task<int> AskAsync(AccelioSession session, int length = 1) => session.RequestAsync(new byte[length], answer => answer.PayloadLength).AsTask();

    public void Dispose() => Network.Dispose();
}
