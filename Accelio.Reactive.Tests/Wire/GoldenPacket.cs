using System.Globalization;
using System.Text.RegularExpressions;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>One captured RDMA packet (Golden/Rdma).</summary>
/// <param name="Line">The line of the capture, for failures.</param>
/// <param name="Sender">Address of the sender.</param>
/// <param name="Operation">"SEND_ONLY", "READ_REQUEST", "WRITE_FIRST"...</param>
/// <param name="Values">The numbers of the line by name.</param>
/// <param name="Bytes">The payload of a SEND. The captures cut it after 144 bytes, behind headers and tables: the rest reads as
/// zeros.</param>
internal sealed partial record GoldenPacket(
    string Line, string Sender, string Operation, IReadOnlyDictionary<string, ulong> Values, List<byte> Bytes)
{
    /// <summary>The side that opened the connection in every capture.</summary>
    public const string Client = "10.77.0.1";

    /// <summary>Reads a capture.</summary>
    public static List<GoldenPacket> Read(string name)
    {
        var packets = new List<GoldenPacket>();
        foreach (var line in File.ReadLines(Path.Combine(GoldenRecording.Folder("Rdma"), name)))
        {
            if (line.StartsWith("      ...", StringComparison.Ordinal))
            {
                var missing = (int)packets[^1].Values["len"] - packets[^1].Bytes.Count;
                packets[^1].Bytes.AddRange(new byte[missing]);
            }
            else if (line.StartsWith("      ", StringComparison.Ordinal))
            {
                packets[^1].Bytes.AddRange(Convert.FromHexString(line[12..].Replace(" ", "", StringComparison.Ordinal)));
            }
            else
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var values = new Dictionary<string, ulong>();
                foreach (Match match in Pair().Matches(line))
                {
                    // A line that names a remote range gives its length last.
                    var text = match.Groups[2].Value;
                    values[match.Groups[1].Value] = text.StartsWith("0x", StringComparison.Ordinal)
                        ? ulong.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                        : ulong.Parse(text, CultureInfo.InvariantCulture);
                }

                packets.Add(new GoldenPacket(line, words[1], words[4], values, []));
            }
        }

        return packets;
    }

    [GeneratedRegex(@"(\w+)=(0x[0-9a-f]+|\d+)")]
    private static partial Regex Pair();
}
