using System.Globalization;

namespace Accelio.Reactive.Tests.Allocation;

/// <summary>What a gate measured: bytes allocated by the whole process and by the thread of each context, and collections of the youngest generation.</summary>
internal sealed record GateResult(long Messages, long Process, long Client, long Server, int Collections)
{
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Messages} {Process} {Client} {Server} {Collections}");

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    public static GateResult Parse(string text)
    {
        var numbers = text.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new GateResult(numbers[0], numbers[1], numbers[2], numbers[3], (int)numbers[4]);
    }
}
