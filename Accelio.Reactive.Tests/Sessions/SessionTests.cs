namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Tests of sessions that hold over every transport: derived once for each.</summary>
public abstract class SessionTests(Wire wire)
{
    /// <summary>What this test runs over.</summary>
    protected Wire Over => wire;

    /// <summary>Where a server of this test listens.</summary>
    protected Uri Address => wire.Address;

    /// <summary>A context with a thread of its own.</summary>
    protected AccelioContext Start(string name, Action<AccelioContextOptions>? configure = null)
    {
        var options = wire.Options(name);
        configure?.Invoke(options);
        return AccelioContext.Start(options);
    }

    /// <summary>A context that the test turns.</summary>
    protected AccelioContext Manual(string name) => AccelioContext.Manual(wire.Options(name));

    /// <summary>A server and a client, joined by a session.</summary>
    private protected Task<Pair> OpenAsync(
        Action<AccelioServer>? prepare = null,
        Action<AccelioServerOptions>? server = null,
        Action<AccelioSessionOptions>? client = null,
        string resource = "/") => Pair.OpenAsync(prepare, server, client, resource, wire);
}
