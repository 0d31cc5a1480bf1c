using System.Net;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>A client with two addresses, each with a way of its own to the server.</summary>
internal static class PathWorld
{
    public static readonly IPAddress One = IPAddress.Parse("10.0.0.1");
    public static readonly IPAddress Two = IPAddress.Parse("10.0.0.2");

    public static ResumeWorld Open(SimulatedLinkKind kind = SimulatedLinkKind.Stream, int? seed = null, int contexts = 1)
    {
        var world = new ResumeWorld(kind, seed, contexts: contexts);
        world.Network.Host("client").AddAddress(One);
        world.Network.Host("client").AddAddress(Two);
        return world;
    }

    public static AccelioSession Connect(ResumeWorld world, PathMode mode, Action<AccelioSessionOptions>? configure = null)
    {
        var session = world.Connect(options =>
        {
            (options.PathMode, options.Paths) = (mode, [new SessionPath(One), new SessionPath(Two)]);
            configure?.Invoke(options);
        });
        world.Advance(ResumeWorld.Second);
        return session;
    }

    /// <summary>From which of its addresses a connection of the client comes at present.</summary>
    public static string From(AccelioConnection connection) => LocalOf(connection.LocalEndPoint);

    private static string LocalOf(EndPoint address) => ((Transports.Simulated.SimulatedEndPoint)address).Host;
}
