namespace Accelio.Transports.Wire;

/// <summary>
/// The payload of a <see cref="ControlOperation.Abort"/> frame: operation 1, then runs of serial numbers, each first 8 and last 8. Runs
/// ascend and do not overlap, so that their receiver needs one pass over what is open at it, however much they span.
/// </summary>
internal readonly ref struct AbortPayload
{
    /// <summary>Most runs in one frame: the payload fits the header limit that peers have by default, 256 bytes.</summary>
    public const int MaxRuns = 15;

    /// <summary>Longest payload in bytes.</summary>
    public const int MaxSize = sizeof(byte) + (MaxRuns * RunSize);

    private const int RunSize = 2 * sizeof(ulong);
    private readonly ReadOnlySpan<byte> _runs;

    private AbortPayload(ReadOnlySpan<byte> runs) => _runs = runs;

    /// <summary>How many runs there are.</summary>
    public int Count => _runs.Length / RunSize;

    /// <summary>The run at this place.</summary>
    public SerialRun this[int index]
    {
        get
        {
            var reader = new SpanReader(_runs.Slice(index * RunSize, RunSize));
            return new SerialRun(reader.ReadUInt64(), reader.ReadUInt64());
        }
    }

    /// <summary>Parses the payload of a control frame whose first byte is <see cref="ControlOperation.Abort"/>.</summary>
    /// <param name="payload">The payload, the operation included.</param>
    /// <param name="abort">The parsed payload; refers to <paramref name="payload"/>.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out AbortPayload abort, out string? field)
    {
        abort = default;
        if (payload.Length is <= sizeof(byte) or > MaxSize || (payload.Length - sizeof(byte)) % RunSize != 0)
        {
            field = "abort: length";
            return false;
        }

        var parsed = new AbortPayload(payload[sizeof(byte)..]);
        for (var i = 0; i < parsed.Count; i++)
        {
            if (parsed[i].Last < parsed[i].First)
            {
                field = "abort: last";
                return false;
            }

            if (i != 0 && parsed[i].First <= parsed[i - 1].Last)
            {
                field = "abort: first";
                return false;
            }
        }

        abort = parsed;
        field = null;
        return true;
    }

    /// <summary>Writes ascending runs that do not overlap, at most <see cref="MaxRuns"/>.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, ReadOnlySpan<SerialRun> runs)
    {
        var writer = new SpanWriter(destination[..(sizeof(byte) + (runs.Length * RunSize))]);
        writer.WriteByte((byte)ControlOperation.Abort);
        foreach (var run in runs)
        {
            writer.WriteUInt64(run.First);
            writer.WriteUInt64(run.Last);
        }

        return writer.Written;
    }
}
