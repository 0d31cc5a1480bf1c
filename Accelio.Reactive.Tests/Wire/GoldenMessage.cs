using System.Globalization;
using System.Text.RegularExpressions;
using Accelio.Transports;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>One recorded TCP message: its bytes and what the recording says they mean.</summary>
internal sealed partial class GoldenMessage
{
    /// <summary>Where it stands in the recording, for failures.</summary>
    public required string Title { get; init; }

    /// <summary>The type as a number.</summary>
    public required FrameType Type { get; init; }

    /// <summary>The type as the recording calls it, "REQ".</summary>
    public required string TypeName { get; init; }

    /// <summary>Whether control and data travelled on two sockets.</summary>
    public required bool IsDual { get; init; }

    /// <summary>Bytes behind the TLV that belong to it.</summary>
    public required int TlvLength { get; init; }

    /// <summary>Bytes of the message outside the TLV.</summary>
    public required int OutsideLength { get; init; }

    /// <summary>The values of the "session hdr", "tcp hdr", "nexus" and "transport setup" lines by name.</summary>
    public Dictionary<string, ulong> Session { get; } = [];

    /// <summary>See <see cref="Session"/>.</summary>
    public Dictionary<string, ulong> Transport { get; } = [];

    /// <summary>See <see cref="Session"/>.</summary>
    public Dictionary<string, ulong> Nexus { get; } = [];

    /// <summary>The "in  sge" lines.</summary>
    public List<RoomEntry> In { get; } = [];

    /// <summary>The "out sge" lines.</summary>
    public List<RoomEntry> Out { get; } = [];

    /// <summary>The "write lengths" line.</summary>
    public List<uint> WriteLengths { get; } = [];

    /// <summary>The "payload" line.</summary>
    public string Payload { get; private set; } = "";

    /// <summary>TLV and its value.</summary>
    public List<byte> Frame { get; } = [];

    /// <summary>What travelled outside the TLV, cut after 96 bytes.</summary>
    public List<byte> Outside { get; } = [];

    /// <summary>Takes one "name: values" line of the recording; false when it is none.</summary>
    public bool TryTake(string line)
    {
        switch (line.TrimStart().Split(' ', 2)[0])
        {
            case "session":
                TakeValues(line, Session);
                return true;
            case "tcp":
                TakeValues(line, Transport);
                return true;
            case "nexus" or "transport":
                TakeValues(line, Nexus);
                return true;
            case "in":
                In.Add(Entry(line));
                return true;
            case "out":
                Out.Add(Entry(line));
                return true;
            case "write":
                WriteLengths.AddRange(Number().Matches(line).Select(match => uint.Parse(match.Value, CultureInfo.InvariantCulture)));
                return true;
            case "payload:":
                Payload = line;
                return true;
            default:
                return false;
        }
    }

    /// <summary>A number of the payload line.</summary>
    public ulong PayloadNumber(string name) =>
        ulong.Parse(Regex.Match(Payload, $@"'{name}': (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

    /// <summary>A byte string of the payload line; the recordings hold no escapes.</summary>
    public string PayloadText(string name) => Regex.Match(Payload, $@"'{name}': b'([^'\\]*)'").Groups[1].Value;

    /// <summary>The list of portals of the payload line.</summary>
    public string[] PayloadPortals()
    {
        var list = Regex.Match(Payload, @"'portals': \[(.*?)\]").Groups[1].Value;
        return [.. Regex.Matches(list, "'([^']*)'").Select(match => match.Groups[1].Value)];
    }

    private static RoomEntry Entry(string line)
    {
        var values = new Dictionary<string, ulong>();
        TakeValues(line, values);
        return new RoomEntry(values["addr"], (uint)values["length"], (uint)values["stag"]);
    }

    private static void TakeValues(string line, Dictionary<string, ulong> values)
    {
        foreach (Match match in Pair().Matches(line))
        {
            var text = match.Groups[2].Value;
            values[match.Groups[1].Value] = text.StartsWith("0x", StringComparison.Ordinal)
                ? ulong.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : ulong.Parse(text, CultureInfo.InvariantCulture);
        }
    }

    [GeneratedRegex(@"(\w+)=(0x[0-9a-f]+|\d+)")]
    private static partial Regex Pair();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
