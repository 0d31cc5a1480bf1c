using System.Buffers;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Two links whose bytes the test carries from one to the other, on one poller whose clock the test moves.</summary>
internal sealed class ScriptedPair : IDisposable
{
    public ScriptedPair(bool isDual = false, LinkOptions? options = null, bool configured = true)
    {
        options ??= new LinkOptions();
        Poller = new ManualPoller(new PollerOptions { TimeProvider = Time, PoisonMemory = true, QuarantineOfMemory = 32, SpinTime = TimeSpan.Zero });
        ClientSink = new LinkRecorder { SetsUp = configured };
        ServerSink = new LinkRecorder { SetsUp = configured };
        ScriptedLink client = null!, server = null!;
        Do(() =>
        {
            client = new ScriptedLink(Poller, options, ClientSink, isClient: true, isDual);
            server = new ScriptedLink(Poller, options, ServerSink, isClient: false, isDual);
        });
        (Client, Server) = (client, server);
        Do(() =>
        {
            Client.Open();
            Server.Open();
        });
        if (configured)
        {
            Carry();
            Assert.True(ClientSink.IsReady && ServerSink.IsReady, ClientSink.Detail + ServerSink.Detail);
        }
    }

    public SteppedTime Time { get; } = new();

    public ManualPoller Poller { get; }

    public LinkRecorder ClientSink { get; }

    public LinkRecorder ServerSink { get; }

    public ScriptedLink Client { get; }

    public ScriptedLink Server { get; }

    /// <summary>Runs the action on the poller, and everything that it causes there.</summary>
    public void Do(Action action)
    {
        Exception? failure = null;
        Poller.Post(new ActionItem(() => failure = Record.Exception(action)));
        Settle();
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Settle()
    {
        while (Poller.Poll(TimeSpan.Zero) > 0)
        {
        }
    }

    /// <summary>Moves the clock and lets the timers fire.</summary>
    public void Pass(TimeSpan span)
    {
        Time.Advance(span);
        Settle();
    }

    /// <summary>Carries bytes in both directions until there are none.</summary>
    public void Carry()
    {
        Settle();
        bool moved;
        do
        {
            moved = false;
            Do(() => moved = Move(Client, Server) | Move(Server, Client));
        }
        while (moved);
    }

    public SendStatus Send(
        ScriptedLink from,
        FrameHeader header,
        ReadOnlySequence<byte> body = default,
        byte[]? userHeader = null,
        SendToken? token = null,
        bool urgent = false)
    {
        var status = default(SendStatus);
        Do(() =>
        {
            var frame = new OutboundFrame { Header = header, Body = body, UserHeader = userHeader, Token = token, Urgent = urgent };
            status = from.Send(ref frame);
        });
        return status;
    }

    public void Dispose()
    {
        Do(() =>
        {
            Client.Abort(LinkError.Aborted, "the test is over");
            Server.Abort(LinkError.Aborted, "the test is over");
        });
        Poller.Dispose();
    }

    private static bool Move(ScriptedLink from, ScriptedLink to)
    {
        var moved = to.Turn() | from.Turn();
        for (var stream = 0; stream < (from.IsDual ? 2 : 1); stream++)
        {
            var bytes = stream == 0 ? from.Control.Outgoing.TakeAll() : from.Data.Outgoing.TakeAll();
            if (bytes.Length > 0)
            {
                to.Feed(bytes, stream: stream);
                moved = true;
            }
        }

        return moved;
    }

    private sealed class ActionItem(Action action) : WorkItem
    {
        public override void Execute() => action();
    }
}
