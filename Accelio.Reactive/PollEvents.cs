namespace Accelio.Reactive;

/// <summary>What a watched descriptor is ready for; see <see cref="AccelioContext.Watch"/> and poll(2).</summary>
[Flags]
public enum PollEvents
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>There is something to read, or the end, or an error: reading tells which, and does not block.</summary>
    Readable = 1,

    /// <summary>It takes output.</summary>
    Writable = 2,

    /// <summary>It has hung up or failed, and reading was not watched for. Told whatever was asked for.</summary>
    Closed = 4,
}
