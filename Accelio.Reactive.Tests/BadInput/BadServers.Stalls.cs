using Accelio.Transports;
using Xunit;
using static Accelio.Reactive.Tests.BadInput.Stage;
using static Accelio.Transports.LinkError;

namespace Accelio.Reactive.Tests.BadInput;

/// <content>Servers that are silent or stop half-way: the client cuts them off by limits that are options.</content>
internal static partial class BadServers
{
    // All different, so that each case shows which option it was.
    private static TimeSpan SettingUp => TimeSpan.FromSeconds(3);

    private static TimeSpan Progress => TimeSpan.FromSeconds(4);

    private static TimeSpan Taking => TimeSpan.FromSeconds(6);

    private static TimeSpan Life => TimeSpan.FromSeconds(9);

    private static TimeSpan LifeOfC => TimeSpan.FromSeconds(15);

    private static IEnumerable<BadServer> Stalls =>
    [
        Stall("does not set the link up", Introduced, _ => { }, SetupTimeout, "set-up", SettingUp),
        Stall(
            "sets half of the link up",
            Introduced,
            server => server.Send(server.Setup().AsMemory(0, 30)),
            SetupTimeout,
            "set-up",
            SettingUp),
        Stall("answers half of a session request", Linked, AcceptHalf, BodyStalled, "frame: 100 bytes", Progress),
        Stall("does not answer a session request", Linked, _ => { }, KeepAliveExpired, "nothing was received for 15 s", LifeOfC),
        Stall("sends half of a response", Asked, AnswerHalf, BodyStalled, "frame: 110 bytes", Progress),
        Stall("sends part of a large response", Asked, AnswerPart, BodyStalled, "body: 200000 of 1000000", Progress),
        Stall("is silent", Asked, _ => { }, KeepAliveExpired, "nothing was received for 15 s", LifeOfC),
        Stall(
            "is silent, though one of ours",
            Asked,
            _ => { },
            KeepAliveExpired,
            "nothing was received for 9 s",
            Life) with { IsOurs = true },
        Stall("asks and takes no answers", Asked, AskWithoutListening, SendStalled, "the peer took none", Taking),
    ];

    private static BadServer Stall(string name, Stage from, Action<RawServer> misbehave, LinkError error, string field, TimeSpan limit) =>
        new(name, from, misbehave, error, field) { Options = SetLimits, Limit = limit };

    private static void SetLimits(AccelioSessionOptions options)
    {
        options.SetupTimeout = SettingUp;
        options.BodyProgressTimeout = Progress;
        options.SendProgressTimeout = Taking;
        options.DetectWithin = Life;
        options.DetectCPeerWithin = LifeOfC;
        options.ConnectTimeout = Timeout.InfiniteTimeSpan;
        options.RequestTimeout = Timeout.InfiniteTimeSpan;
    }

    private static void AcceptHalf(RawServer server) => server.Send(server.SessionResponse(RawServer.Accept()).Control.AsMemory(0, 100));

    private static void AnswerHalf(RawServer server) =>
        server.Send(server.Frame(server.Answer(server.Asked.Header), body: new byte[20]).Control.AsMemory(0, 110));

    private static void AnswerPart(RawServer server)
    {
        server.Send(RawFrames.Written(server.Answer(server.Asked.Header), 1_000_000, 1_000_000));
        server.Send(new byte[200_000]);
    }

    private static void AskWithoutListening(RawServer server)
    {
        server.IsListening = false;
        var asked = 0;
        while (server.TrySend(server.Frame(server.Next(FrameType.Request), body: new byte[8000]).Control))
        {
            Assert.True(++asked < 20_000, "the other side keeps any number of answers for a peer that takes none");
        }
    }
}
