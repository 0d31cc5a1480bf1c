using System.Globalization;
using System.Text.RegularExpressions;
using Accelio.Transports;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>A recording of a TCP conversation between two C peers (Golden/Tcp).</summary>
internal sealed partial class GoldenRecording
{
    /// <summary>The messages in their order.</summary>
    public List<GoldenMessage> Messages { get; } = [];

    /// <summary>The connect messages: bytes, the socket type and port that the recording read from them.</summary>
    public List<(byte[] Bytes, uint Kind, ushort SecondPort)> Connects { get; } = [];

    /// <summary>Folder of a kind of recordings.</summary>
    public static string Folder(string kind) => Path.Combine(AppContext.BaseDirectory, "Wire", "Golden", kind);

    /// <summary>The names of the recordings of a kind.</summary>
    public static IEnumerable<string> Names(string kind) =>
        Directory.EnumerateFiles(Folder(kind), "*.txt").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    /// <summary>Reads a recording.</summary>
    public static GoldenRecording Read(string name)
    {
        var recording = new GoldenRecording();
        List<byte>? bytes = null;
        foreach (var line in File.ReadLines(Path.Combine(Folder("Tcp"), name)))
        {
            if (line.StartsWith('['))
            {
                bytes = null;
                recording.TakeEvent(line);
            }
            else if (line.StartsWith("    bytes on the ", StringComparison.Ordinal))
            {
                var message = recording.Messages[^1];
                bytes = line.Contains("control", StringComparison.Ordinal) || line.Contains("single", StringComparison.Ordinal)
                    ? message.Frame
                    : message.Outside;
            }
            else if (HexLine().Match(line) is { Success: true } hex)
            {
                bytes!.AddRange(Convert.FromHexString(hex.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal)));
            }
            else if (line.Length != 0 && !line.Contains("more bytes", StringComparison.Ordinal) && !recording.Messages[^1].TryTake(line))
            {
                throw new InvalidDataException($"{name}: {line}");
            }
        }

        return recording;
    }

    private void TakeEvent(string line)
    {
        if (ConnectLine().Match(line) is { Success: true } connect)
        {
            Connects.Add((
                Convert.FromHexString(connect.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal)),
                uint.Parse(connect.Groups[2].Value, CultureInfo.InvariantCulture),
                ushort.Parse(connect.Groups[3].Value, CultureInfo.InvariantCulture)));
        }
        else if (MessageLine().Match(line) is { Success: true } message)
        {
            Messages.Add(new GoldenMessage
            {
                Title = line,
                TypeName = message.Groups["name"].Value,
                Type = (FrameType)uint.Parse(message.Groups["type"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                IsDual = message.Groups["socket"].Value == "control",
                TlvLength = int.Parse(message.Groups["tlv"].Value, CultureInfo.InvariantCulture),
                OutsideLength = int.TryParse(message.Groups["outside"].Value, CultureInfo.InvariantCulture, out var outside) ? outside : 0,
            });
        }
    }

    [GeneratedRegex(@"^      [0-9a-f]{5}  ((?:[0-9a-f]{2} ?){1,16})")]
    private static partial Regex HexLine();

    [GeneratedRegex(@"connect message ((?:[0-9a-f]{2} ?){8}): sock_type=(\d+).* second_port=(\d+)")]
    private static partial Regex ConnectLine();

    [GeneratedRegex(
        @"#\d+ \S+ (?<name>\w+) \(type 0x(?<type>[0-9a-f]+)\), (?<socket>control|single) socket: "
        + @"TLV 16 \+ (?<tlv>\d+) bytes(?:; then (?<outside>\d+) bytes)?")]
    private static partial Regex MessageLine();
}
