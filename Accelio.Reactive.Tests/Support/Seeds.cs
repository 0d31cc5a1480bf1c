using System.Globalization;

namespace Accelio.Reactive.Tests.Support;

/// <summary>
/// Seeds of tests that try many: ACCELIO_SEED names the one to run; ACCELIO_WORLDS how many, and ACCELIO_FIRST the first of them. ACCELIO_PROGRESS names a file that says how many are done: a long run goes on there
/// when it was interrupted.
/// </summary>
internal static class Seeds
{
    /// <summary>The one seed that is asked for; null when none is.</summary>
    public static int? Only => Read("ACCELIO_SEED");

    /// <summary>What is to be run.</summary>
    /// <param name="usual">How many, where nothing is said.</param>
    public static IEnumerable<int> Take(int usual) => Only is { } only ? [only] : Enumerable.Range(Read("ACCELIO_FIRST") ?? 1, Read("ACCELIO_WORLDS") ?? usual);

    /// <summary>The same, from where the last run was interrupted. A seed is done when the next one is asked for.</summary>
    public static IEnumerable<int> TakeOn(int usual) => Environment.GetEnvironmentVariable("ACCELIO_PROGRESS") is { Length: > 0 } file ? TakeOn(Take(usual), file) : Take(usual);

    /// <summary>Seeds but those that a file says are done; and keeps the file.</summary>
    public static IEnumerable<int> TakeOn(IEnumerable<int> seeds, string file)
    {
        var done = File.Exists(file) ? Parse(file, File.ReadAllText(file)) ?? 0 : 0;
        foreach (var seed in seeds.Skip(done))
        {
            yield return seed;
            File.WriteAllText(file, (++done).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static int? Read(string variable) => Parse(variable, Environment.GetEnvironmentVariable(variable));

    /// <summary>The number that a variable holds; null when it is not set.</summary>
    /// <exception cref="FormatException">It holds something else.</exception>
    public static int? Parse(string variable, string? text) =>
        string.IsNullOrEmpty(text) ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"{variable} is '{text}'; it has to be a whole number, as a failure prints it.");
}
