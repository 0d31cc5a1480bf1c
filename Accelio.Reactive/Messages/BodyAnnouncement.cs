namespace Accelio.Reactive;

/// <summary>What is known of a long message before its body has arrived; for use inside a <see cref="BufferSelector"/> only.</summary>
public readonly ref struct BodyAnnouncement
{
    internal BodyAnnouncement(AccelioConnection connection, bool isRequest, ReadOnlySpan<byte> header, long length)
    {
        Connection = connection;
        IsRequest = isRequest;
        Header = header;
        Length = length;
    }

    /// <summary>The connection the message comes on; its session knows the resource.</summary>
    public AccelioConnection Connection { get; }

    /// <summary>Whether it is a request, and not a one-way message.</summary>
    public bool IsRequest { get; }

    /// <summary>The header of the message, by which its sender says what the body is for.</summary>
    public ReadOnlySpan<byte> Header { get; }

    /// <summary>Length of the body in bytes.</summary>
    public long Length { get; }
}
