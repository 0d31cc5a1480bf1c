using System.Globalization;

namespace Accelio.Reactive.Tests.Support;

/// <summary>Seeds of tests that try many: ACCELIO_SEED names the one to run, ACCELIO_WORLDS how many, from the first on.</summary>
internal static class Seeds
{
    /// <summary>The one seed that is asked for; null when none is.</summary>
    public static int? Only => Read("ACCELIO_SEED");

    /// <summary>What is to be run.</summary>
    /// <param name="usual">How many, where nothing is said.</param>
    public static IEnumerable<int> Take(int usual) => Only is { } only ? [only] : Enumerable.Range(1, Read("ACCELIO_WORLDS") ?? usual);

    private static int? Read(string variable)
    {
        var text = Environment.GetEnvironmentVariable(variable);
        return Parse(variable, text);
    }

    /// <summary>The number that a variable holds; null when it is not set.</summary>
    /// <exception cref="FormatException">It holds something else.</exception>
    public static int? Parse(string variable, string? text) =>
        string.IsNullOrEmpty(text) ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"{variable} is '{text}'; it has to be a whole number, as a failure prints it.");
}
