using System.Diagnostics.Metrics;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;
using static Accelio.Reactive.Tests.Resume.ResumeWorld;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>Somebody comes for a connection that is not his, or with an attempt that another one has overtaken: refused, counted, and without any effect on the session.</summary>
public class WrongTokenRules
{
    [Theory]
    [InlineData("proof", AccelioStatus.SessionRefused)]
    [InlineData("instance", AccelioStatus.SessionRefused)]
    [InlineData("key", AccelioStatus.SessionRefused)]
    [InlineData("no key", AccelioStatus.SessionRefused)]
    [InlineData("epoch", AccelioStatus.InvalidState)]
    [InlineData("connection", AccelioStatus.NotSession)]
    [InlineData("session", AccelioStatus.NotSession)]
    public void A_wrong_or_stale_token_is_refused_and_harms_nobody(string wrong, AccelioStatus status)
    {
        using var world = new ResumeWorld();
        var session = world.Connect();
        var events = EventsOf(session);
        world.Faults.CutLinks("client", "server");
        world.Network.Run(() => AskAsync(session, 1));
        var stranger = world.Connect(options => options.OwnLink = true);

        var counted = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, self) => _ = instrument.Name == "accelio.refused_resumes" ? Enable(self, instrument) : false;
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => counted += (int)count);
        listener.Start();

        Assert.Equal(status, Come(world, stranger, session, wrong));

        Assert.Equal(status == AccelioStatus.NotSession ? 0 : 1, counted);

        Assert.Equal(Answer(2), world.Network.Run(() => AskAsync(session, 2)));
        Assert.Equal(Answer(3), world.Network.Run(() => AskAsync(stranger, 3)));
        Assert.Equal([1, 2, 3], world.Ran);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionResumed)], events);
    }

    [Fact]
    public void Claims_that_cannot_be_true_cost_who_makes_them_his_link_and_nobody_else_anything()
    {
        using var world = new ResumeWorld();
        var session = world.Connect();
        var stranger = world.Connect(options => (options.OwnLink, options.Resume) = (true, true));
        var ended = EventsOf(stranger);
        world.Faults.Partition("client", "server");
        world.Faults.CutLinks("client", "server");
        world.Advance(TimeSpan.FromMilliseconds(1));
        world.Faults.HealAll();
        world.Advance(Second);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionResumed)], ended);

        Assert.Null(Come(world, stranger, session, "claims"));
        world.Advance(Second);

        Assert.Equal(Answer(2), world.Network.Run(() => AskAsync(session, 2)));
    }

    /// <summary>Sends, over the stranger's link, a greeting for the session's connection in which something is wrong.</summary>
    private static AccelioStatus? Come(ResumeWorld world, AccelioSession stranger, AccelioSession session, string wrong)
    {
        var link = MachineOf(stranger).Machine;
        var machine = MachineOf(session);
        var waiting = new AnswerTask();
        world.Network.Run(async () =>
        {
            await world.Client.SwitchTo();
            machine.Describe(out var sessionId, out var key, out var token, out var standing);
            link.Tasks.Add(waiting);
            scoped OutboundFrame frame = default;
            frame.Header.Type = FrameType.HelloRequest;
            frame.Header.Destination = wrong == "session" ? sessionId + 1 : sessionId;
            frame.Header.LocalTask = waiting.TaskId;
            frame.Header.Flags = MessageFlags.Items;
            var items = new MessageItems
            {
                HasSessionKey = wrong != "no key",
                SessionKey = wrong == "key" ? key + 1 : key,
                HasConnectionId = true,
                ConnectionId = 77,
                HasResumeToken = true,
                ResumeToken = wrong == "proof" ? token with { Proof = token.Proof + 1 } : wrong == "instance" ? token with { Instance = token.Instance + 1 } : token,
                HasResume = true,
                Resume = standing with
                {
                    Epoch = wrong == "epoch" ? standing.Epoch : standing.Epoch + 1,
                    Connection = wrong == "connection" ? standing.Connection + 1 : standing.Connection,
                    Messages = wrong == "claims" ? standing.Messages + 10 : standing.Messages,
                },
            };
            var buffer = new byte[MessageItems.MaxWritten];
            frame.Items = buffer.AsSpan(0, items.Write(buffer));
            link.Link.Send(ref frame);
        });
        world.Advance(Second);
        return waiting.Status;
    }

    private static bool Enable(MeterListener listener, Instrument instrument)
    {
        listener.EnableMeasurementEvents(instrument);
        return true;
    }

    private static ConnectionMachine MachineOf(AccelioSession session) => ((ConnectionCore)session.Connections[0]).Machine;

    private sealed class AnswerTask : OutgoingTask
    {
        public AccelioStatus? Status { get; private set; }

        public override void OnResponse(LinkMachine link, ref InboundFrame frame)
        {
            link.Tasks.Remove(this);
            Status = (AccelioStatus)frame.Header.Status;
        }

        public override void OnConnectionClosed(in Failure failure)
        {
        }
    }
}
