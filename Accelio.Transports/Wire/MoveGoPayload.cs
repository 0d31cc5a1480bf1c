namespace Accelio.Transports.Wire;

/// <summary>
/// The payload of a <see cref="ControlOperation.MoveGo"/> frame: operation 1, kind 1, for kind 1 a <see cref="ResumeToken"/>, then the URI in UTF-8. Kind 1: the connection goes on there. Kind 2: there is to be a
/// new session.
/// </summary>
internal readonly ref struct MoveGoPayload
{
    /// <summary>Longest URI, in bytes of UTF-8: what fits the shortest header that peers may take.</summary>
    public const int MaxTarget = 200;

    /// <summary>Bytes that <see cref="Write"/> needs at most.</summary>
    public const int MaxSize = HeaderSize + ResumeToken.Size + MaxTarget;

    private const int HeaderSize = 2;
    private const byte GoesOn = 1;
    private const byte BeginsAnew = 2;

    /// <summary>What is to be shown there; null where a new session is to be asked for.</summary>
    public ResumeToken? Token { get; init; }

    /// <summary>Where; from the peer, not validated.</summary>
    public ReadOnlySpan<byte> Target { get; init; }

    /// <summary>Parses the payload of a control frame whose first byte is <see cref="ControlOperation.MoveGo"/>.</summary>
    /// <param name="payload">The payload, the operation included.</param>
    /// <param name="go">The parsed payload.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out MoveGoPayload go, out string? field)
    {
        var reader = new SpanReader(payload);
        reader.ReadByte();
        var kind = reader.ReadByte();
        ResumeToken? token = kind == GoesOn ? ResumeToken.Read(reader.ReadBytes(ResumeToken.Size), out _) : null;
        var target = reader.ReadBytes(reader.Remaining);
        field = reader.Failed || target.IsEmpty || target.Length > MaxTarget ? "move-go: length" : kind is not (GoesOn or BeginsAnew) ? "move-go: kind" : null;
        go = new MoveGoPayload { Token = token, Target = target };
        return field is null;
    }

    /// <summary>Writes the payload.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination)
    {
        var writer = new SpanWriter(destination);
        writer.WriteByte((byte)ControlOperation.MoveGo);
        writer.WriteByte(Token is null ? BeginsAnew : GoesOn);
        Token?.Write(ref writer);
        writer.WriteBytes(Target);
        return writer.Written;
    }
}
