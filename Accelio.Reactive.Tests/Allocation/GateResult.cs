using System.Globalization;

namespace Accelio.Reactive.Tests.Allocation;

/// <summary>What a gate measured: bytes allocated by the whole process and by the thread of each context, and collections of the youngest generation.</summary>
internal sealed record GateResult(long Messages, long Process, long Client, long Server, int Collections)
{
    /// <summary>What the line of a result begins with.</summary>
    public const string Mark = "gate: ";

    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Messages} {Process} {Client} {Server} {Collections}");

    /// <summary>Finds the result in the output of a process.</summary>
    public static GateResult? Find(string output)
    {
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith(Mark, StringComparison.Ordinal));
        if (line is null)
        {
            return null;
        }

        var numbers = line[Mark.Length..].Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new GateResult(numbers[0], numbers[1], numbers[2], numbers[3], (int)numbers[4]);
    }
}
