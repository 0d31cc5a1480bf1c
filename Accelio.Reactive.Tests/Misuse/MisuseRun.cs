using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Misuse;

/// <summary>A server, sessions that come and go on two contexts, and the threads that use them.</summary>
internal sealed class MisuseRun : IAsyncDisposable
{
    private const int Threads = 4;
    private const int Window = 16;
    private readonly AccelioServer _server;
    private readonly AccelioSession _witness;
    private readonly Misuser[] _misusers;

    private MisuseRun(AccelioContext[] contexts, AccelioServer server, AccelioSession witness, int seed)
    {
        Contexts = contexts;
        _server = server;
        _witness = witness;
        Ends = new Store<AccelioSession>(16, session =>
        {
            // A long run opens many.
            if (!ReferenceEquals(session, witness))
            {
                session.Dispose();
            }
        });
        _misusers = [.. Enumerable.Range(0, Threads).Select(thread => new Misuser(this, (seed * Threads) + thread))];
    }

    /// <summary>The contexts: that of the server, and another.</summary>
    public AccelioContext[] Contexts { get; }

    public Uri EndPoint => _server.EndPoint;

    /// <summary>Ends of sessions, of both sides; some of them are over.</summary>
    public Store<AccelioSession> Ends { get; }

    /// <summary>Messages that somebody holds.</summary>
    public Store<InboundMessage> Held { get; } = new(40);

    /// <summary>Requests that somebody may answer later.</summary>
    public Store<InboundRequest> Unanswered { get; } = new(40);

    /// <summary>Subscriptions, handlers, and whatever else can be disposed of.</summary>
    public Store<IDisposable> Disposables { get; } = new(60, disposable => disposable.Dispose());

    /// <summary>What was done, and how often.</summary>
    public ConcurrentDictionary<string, long> Deeds { get; } = new();

    /// <summary>What should not have happened.</summary>
    public ConcurrentQueue<string> Strange { get; } = new();

    public static async Task<MisuseRun> OpenAsync(Sessions.Wire wire, int seed)
    {
        AccelioContext[] contexts = [Pair.StartContext("server and some clients", wire: wire), Pair.StartContext("other clients", wire: wire)];
        var options = Pair.WithPatience(new AccelioServerOptions { Context = contexts[0], WindowMessages = Window, MaxConcurrentHandlers = 8 });
        options.UnclaimedTimeout = TimeSpan.FromMilliseconds(100);
        options.ResponseTimeout = TimeSpan.FromMilliseconds(300);
        options.RequestTimeout = TimeSpan.FromMilliseconds(300);
        options.CloseTimeout = TimeSpan.FromMilliseconds(500);
        var server = await AccelioServer.BindAsync(wire.Address, options);
        var ofWitness = Pair.WithPatience(new AccelioSessionOptions { Context = contexts[1], WindowMessages = Window });

        // The timer of a call may stay with its pooled operation until it is due: not for longer than this test waits.
        ofWitness.RequestTimeout = TimeSpan.FromMilliseconds(300);
        var witness = await AccelioSession.ConnectAsync(server.EndPoint, ofWitness);
        var run = new MisuseRun(contexts, server, witness, seed);
        server.Handle("/echo", request => request.RespondAsync(request.Payload));
        server.Sessions.Subscribe(session => run.Ends.Put(session));
        foreach (var context in contexts)
        {
            context.UnhandledExceptions.Subscribe(exception => run.Judge("an unhandled exception", exception));
        }

        run.Ends.Put(witness);
        return run;
    }

    /// <summary>Lets the threads do what comes to their minds.</summary>
    public async Task MisuseAsync(TimeSpan time)
    {
        using var stop = new CancellationTokenSource(time);
        await Task.WhenAll(_misusers.Select(misuser => Task.Factory.StartNew(() => misuser.Run(stop.Token), TaskCreationOptions.LongRunning)));
    }

    /// <summary>Everything that the threads still hold is given back; every call has ended; then nothing may be left.</summary>
    public async Task AssertBalanceAsync()
    {
        Disposables.Clear(disposable => disposable.Dispose());
        Held.Clear(message => message.Dispose());
        Unanswered.Clear(request => request.Dispose());
        await Task.WhenAll(_misusers.Select(misuser => misuser.FinishAsync()));
        Held.Clear(message => message.Dispose());
        Disposables.Clear(disposable => disposable.Dispose());
        foreach (var context in Contexts)
        {
            await Until.CollectedAsync(context, report => report.Messages == 0);
        }

        // A session that was open is as good as new: of its window nothing is missing.
        await using (var last = await AccelioSession.ConnectAsync(new Uri(EndPoint, "/echo"), Pair.WithPatience(new AccelioSessionOptions { Context = Contexts[1] })))
        {
            await UseWindowAsync(last);
        }

        if (_witness.State == SessionState.Established)
        {
            using var taking = _server.Messages.Subscribe(_ => { });
            await Task.WhenAll(Enumerable.Range(0, 10 * Window).Select(i => _witness.SendAsync(new OutboundMessage(Body.Of(i, 100)) { Timeout = Pair.Limit }).AsTask())).WaitAsync(Pair.Limit);
        }

        var ends = new List<Task>();
        Ends.Clear(session => ends.Add(session.DisposeAsync().AsTask()));
        await Task.WhenAll(ends).WaitAsync(Pair.Limit);
        await _witness.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
        Held.Clear(message => message.Dispose());
        Unanswered.Clear(request => request.Dispose());
        await _server.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
        foreach (var context in Contexts)
        {
            await Until.CollectedAsync(() => WhatIsLeft(context) == default, () => $"{context.Name}: {WhatIsLeft(context)}; {context.GetLeaseReport()}");
        }
    }

    /// <summary>Enters what was thrown, unless it is what the rules name.</summary>
    public void Judge(string where, Exception exception)
    {
        if (exception is not (PlannedException or AccelioException or AccelioCanceledException or OperationCanceledException or ObjectDisposedException or InvalidOperationException))
        {
            Strange.Enqueue($"{where}: {exception}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var context in Contexts)
        {
            await context.DisposeAsync();
        }
    }

    private static async Task UseWindowAsync(AccelioSession session)
    {
        var answers = Enumerable.Range(0, 10 * Window).Select(async i => Assert.Equal(i, await session.RequestAsync(Body.Of(i, 100), answer => Body.NumberOf(answer.Payload))));
        await Task.WhenAll(answers).WaitAsync(Pair.Limit);
    }

    /// <summary>Leases, credits, blocks of memory, timers and sockets that are in use.</summary>
    internal static (long Leases, int Records, long Credit, long Blocks, int Timers, int Sockets) WhatIsLeft(AccelioContext context)
    {
        var poller = ((PollerContext)context).Poller;
        return context.RunAsync(_ => ValueTask.FromResult((
            (long)((PollerContext)context).Messages.Outstanding,
            context.GetLeaseReport().Leases.Count,
            ((PollerContext)context).Budget.Taken,
            poller.Memory.Statistics.RentedBlocks + ((PollerContext)context).SharedMemory.Statistics.RentedBlocks,
            poller.Timers.Count,
            poller.Sockets?.Count ?? 0))).AsTask().GetAwaiter().GetResult();
    }
}
