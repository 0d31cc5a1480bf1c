using System.Buffers;
using System.Net;
using System.Security.Cryptography;

namespace Accelio.Reactive.Tests.Worlds;

/// <content>What servers and clients do.</content>
internal sealed partial class WorldRun
{
    // Numbers of messages that are no steps.
    public const int Probes = 1_000_000;

    private static readonly byte[] Key = SHA256.HashData("the key of all servers"u8);

    private readonly AccelioServer?[] _servers;
    private readonly AccelioContext[][] _serverContexts;
    private readonly AccelioContext[][] _clients;
    private readonly WorldSession?[] _slots;
    private readonly WorldCPeer?[] _cPeers;
    private readonly HashSet<int> _connecting = [];
    private readonly Dictionary<int, AccelioSession> _probed = [];
    private readonly WorldHandOver _handOver;
    private int _lastSession;
    private int _lastInstance;
    private bool _hasDrained;

    private async Task BindAsync(int number)
    {
        if (_plan.CServerOf(number) is not null)
        {
            await BeginCServerAsync(number);
            return;
        }

        var options = new AccelioServerOptions
        {
            Contexts = _serverContexts[number],
            SharesPort = _plan.SharesPort,
            Resume = _plan.Resume,
            ResumeCPeers = _plan.CReconnects,
            WindowMessages = _plan.WindowMessages,
            WindowBytes = _plan.WindowBytes,
            MaxConcurrentHandlers = _plan.MaxConcurrentHandlers,
            ResponseTimeout = TimeSpan.FromSeconds(20),
            HandOver = _plan is { Migrates: true, HandsOver: true } ? _handOver : null,
            MigrationKey = Key,
        };
        var server = _servers[number] = await AccelioServer.BindAsync(new Uri($"sim://s{number}:1"), options);
        var instance = ++_lastInstance;
        server.Sessions.Subscribe(session => Enter(session, ++_lastSession, isClient: false));
        server.Messages.Subscribe(message => Receive(message, instance), static _ => { });
        server.Handle(request => HandleAsync(request, instance));
    }

    private async ValueTask HandleAsync(InboundRequest request, int instance)
    {
        var message = WorldMessage.Read(request.Payload);
        if (message.Number < Probes)
        {
            History.Begin(message, instance, isRequest: true, WorldMessage.IsWhole(request.Payload, message.Number, (int)request.PayloadLength));
            History.Check(request.Remaining != TimeSpan.Zero, message.Number, "came to a handler when its time was over");
            _handOver.Count(request.Session!);
        }
        else
        {
            _probed[message.Session] = request.Session!;
        }

        var payload = request.Payload;
        if (_plan.LetsGo && message.Number % 3 == 0)
        {
            payload = new ReadOnlySequence<byte>(payload.ToArray());
            request.Dispose();
            History.LetGo(message.Number);
        }

        History.Running++;
        try
        {
            if (message.Time > TimeSpan.Zero)
            {
                await Task.Delay(message.Time, _network.TimeProvider);
            }

            await AnswerAsync(request, message, payload);
        }
        finally
        {
            History.Running--;
            History.LetGo(message.Number);
        }
    }

    private async ValueTask AnswerAsync(InboundRequest request, WorldMessage message, ReadOnlySequence<byte> payload)
    {
        switch (message.Answer)
        {
            case AnswerKind.Echo:
                await request.RespondAsync(payload);
                History.Answer(message.Number);
                break;
            case AnswerKind.Fail:
                await request.FailAsync(AccelioStatus.MessageInvalid, "as planned");
                History.Answer(message.Number);
                break;
            case AnswerKind.Throw:
                History.Answer(message.Number);
                throw new InvalidDataException("as planned");
            case AnswerKind.WaitForCancel:
                var waitsSince = History.Now;
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, _network.TimeProvider, request.Canceled);
                }
                catch (OperationCanceledException)
                {
                    History.Stop(message.Number, waitsSince);
                }

                break;
            default:
                break;
        }
    }

    private void Receive(InboundMessage message, int instance)
    {
        var read = WorldMessage.Read(message.Payload);
        _handOver.Count(message.Session!);
        History.Begin(read, instance, isRequest: false, WorldMessage.IsWhole(message.Payload, read.Number, (int)message.PayloadLength));
        if (read.Time > TimeSpan.Zero)
        {
            _ = KeepAsync(message.Retain(), read);
        }
        else
        {
            End(message, read);
        }
    }

    private async Task KeepAsync(InboundMessage message, WorldMessage read)
    {
        await Task.Delay(read.Time, _network.TimeProvider);
        End(message, read);
    }

    private void End(InboundMessage message, WorldMessage read)
    {
        History.LetGo(read.Number);
        History.Answer(read.Number);
        if (read.Answer == AnswerKind.Fail)
        {
            message.Reject();
        }
        else
        {
            message.Dispose();
        }
    }

    private void Execute(WorldStep step)
    {
        var slot = _slots[step.Slot];
        if (step.Kind == StepKind.DrainServer)
        {
            _ = DrainServerAsync(_plan.Slots[step.Slot].Server);
        }
        else if (step.Kind == StepKind.Migrate)
        {
            _ = MigrateAsync(step);
        }
        else if (_plan.IsC[step.Slot])
        {
            _ = ExecuteCAsync(step);
        }
        else if (step.Kind == StepKind.Connect || slot is null or { Session.State: SessionState.Closed })
        {
            _ = ConnectAsync(step);
        }

        // Sometimes on a session that is over.
        if (step.Kind is not (StepKind.Connect or StepKind.DrainServer or StepKind.Migrate) && !_plan.IsC[step.Slot] && slot is not null && (step.Number % 4 == 0 || slot.Session.State != SessionState.Closed))
        {
            _ = ActAsync(step, slot);
        }
    }

    private async Task ExecuteCAsync(WorldStep step)
    {
        var (client, server) = _plan.Slots[step.Slot];
        var context = (PollerContext)_clients[client][0];
        try
        {
            await context.RunAsync(_ =>
            {
                if (_cPeers[step.Slot] is not { IsOver: false } peer)
                {
                    peer = _cPeers[step.Slot] = new WorldCPeer(History, context, _network.TimeProvider, $"s{server}", ++_lastSession, _plan.CReconnects);
                    peer.Begin();
                }

                peer.Execute(step);
                return default;
            });
        }
        catch (ObjectDisposedException)
        {
            History.Tell($"#{step.Number} not done by the C client, whose host is gone");
        }
    }

    private async Task ConnectAsync(WorldStep step)
    {
        if (_slots[step.Slot] is { Session.State: not SessionState.Closed } || !_connecting.Add(step.Slot))
        {
            return;
        }

        var (client, server) = _plan.Slots[step.Slot];
        var options = new AccelioSessionOptions
        {
            Contexts = _clients[client],
            OwnLink = _plan.OwnLinks && _plan.Paths != PathMode.ActiveStandby,
            DualSocket = _plan.IsDual,
            Resume = _plan.Resume,
            PathMode = _plan.Paths ?? default,
            Paths = _plan.Paths is null ? [] : [.. Enumerable.Range(0, 2).Select(path => new SessionPath(IPAddress.Parse(WorldPlan.AddressOf(client, path))))],
        };
        if (_plan.CServerOf(server) is { } cServer)
        {
            SetUpForC(options, cServer);
        }

        try
        {
            var session = await AccelioSession.ConnectAsync(new Uri($"sim://s{server}:1"), options);
            _slots[step.Slot] = Enter(session, ++_lastSession, isClient: true, _plan.CServerOf(server) is not null);
        }
        catch (Exception exception) when (exception is AccelioException or ObjectDisposedException)
        {
            History.Tell($"#{step.Number} not connected: {exception.Message}");
        }

        _connecting.Remove(step.Slot);
    }

    private WorldSession Enter(AccelioSession session, int number, bool isClient, bool isToC = false)
    {
        var entered = new WorldSession(History, session, number, isClient, isToC);
        _sessions.Add(entered);
        return entered;
    }

    private async Task DrainServerAsync(int number)
    {
        if (_cServers[number] is not null)
        {
            await ReplaceCServerAsync(number);
            return;
        }

        if (_servers[number] is not { } server)
        {
            return;
        }

        _servers[number] = null;
        StopSending();
        try
        {
            await server.DrainAsync();
            await BindAsync(number);
        }
        catch (Exception exception) when (exception is AccelioException or ObjectDisposedException)
        {
            History.Tell($"server {number} not drained: {exception.Message}");
        }
    }

    // A server drains: what waits at its clients need not be sent any more, whoever ends their sessions.
    private void StopSending()
    {
        (_hasDrained, History.HasAllServers) = (true, false);
        _sessions.ForEach(static session => session.CallsBeforeEnd = 0);
    }

    private void EndInOrder(WorldSession slot)
    {
        if (!_hasDrained)
        {
            History.EndInOrder(slot);
        }
    }

    private async Task MigrateAsync(WorldStep step)
    {
        if (_servers[step.Near[1] - '0'] is not { } server)
        {
            return;
        }

        var chosen = 0;
        if (!_plan.HandsOver)
        {
            StopSending();
        }

        try
        {
            var options = new MigrationOptions { Limit = step.Limit!.Value };
            var report = await server.HomeContext.RunAsync(_ => server.MigrateAsync(_ => step.Other || ++chosen % 2 == 0, new Uri($"sim://{step.Far}:1"), options));
            foreach (var moved in report.Sessions)
            {
                History.Migrate(step, moved);
            }
        }
        catch (Exception exception) when (exception is AccelioException or ObjectDisposedException)
        {
            History.Tell($"#{step.Number} not moved: {exception.Message}");
        }
    }

    private async Task ActAsync(WorldStep step, WorldSession slot)
    {
        try
        {
            switch (step.Kind)
            {
                case StepKind.Ask or StepKind.Send or StepKind.Deliver:
                    await CallAsync(step, slot);
                    break;
                case StepKind.AbortTag:
                    await slot.Session.AbortTagAsync(step.Number % 2);
                    break;
                case StepKind.Drain:
                    EndInOrder(slot);
                    await slot.Session.DrainAsync();
                    break;
                case StepKind.Close:
                    EndInOrder(slot);
                    slot.IsEndedHere = true;
                    await slot.Session.DisposeAsync();
                    break;
                default:
                    (slot.IsEndedHere, slot.CallsBeforeEnd) = (true, 0);
                    slot.Session.Dispose();
                    break;
            }
        }
        catch (Exception exception) when (exception is AccelioException or ObjectDisposedException)
        {
            History.Tell($"#{step.Number} {step.Kind} failed: {exception.Message}");
        }
    }

    private async Task CallAsync(WorldStep step, WorldSession slot)
    {
        History.Call(step, slot);
        using var source = step.CancelAfter is { } time ? new CancellationTokenSource(time, _network.TimeProvider) : null;
        var token = source?.Token ?? CancellationToken.None;
        var message = new OutboundMessage(new WorldMessage(step.Number, slot.Number, step.Time, step.Answer).ToBytes(step.Length).AsMemory())
        {
            Timeout = step.Limit,
            Idempotent = step.Idempotent,
            Tag = step.Number % 3,
        };
        try
        {
            switch (step.Kind)
            {
                case StepKind.Ask:
                    using (var answer = await slot.Session.RequestAsync(message, token))
                    {
                        History.Check(
                            step.Answer == AnswerKind.Echo && WorldMessage.IsWhole(answer.Payload, step.Number, step.Length), step.Number, "was answered with other bytes");
                    }

                    History.EndCall(step.Number, "answered", begun: true);
                    break;
                case StepKind.Deliver:
                    var receipt = await slot.Session.DeliverAsync(message, token);
                    History.Check(receipt.Accepted == (step.Answer != AnswerKind.Fail), step.Number, $"was received, accepted {receipt.Accepted}, and that is not so");
                    History.EndCall(step.Number, $"receipt, {receipt.Accepted}", begun: true);
                    break;
                default:
                    await slot.Session.SendAsync(message, token);
                    History.EndCall(step.Number, "sent", begun: null);
                    break;
            }
        }
        catch (AccelioCanceledException canceled)
        {
            bool? begun = canceled.Outcome switch
            {
                AbortOutcome.NotSent or AbortOutcome.DroppedByPeer => false,
                AbortOutcome.CanceledWhileRunning or AbortOutcome.NotAborted => true,
                _ => null,
            };
            History.EndCall(step.Number, $"canceled, {canceled.Outcome}", begun);
            if (canceled.Outcome == AbortOutcome.Requested)
            {
                History.GiveUp(step.Number);
            }
        }
        catch (AccelioException failed)
        {
            History.Check(failed is not ProtocolViolationException, step.Number, $"failed by a violation of the protocol: {failed.Message}");
            if (failed is ConnectionLostException)
            {
                History.Lose(step.Number, failed.MayHaveExecuted, slot.IsEndedHere);
            }

            History.EndCall(step.Number, $"{failed.GetType().Name} {failed.Status}", failed.MayHaveExecuted || failed is RequestFailedException ? null : false);
        }
        catch (ObjectDisposedException)
        {
            History.EndCall(step.Number, "disposed", begun: null);
        }
    }
}
