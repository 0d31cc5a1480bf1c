using System.Text.RegularExpressions;

namespace Accelio.Reactive.Tests.House;

/// <summary>The pieces of compiled code that the documentation shows.</summary>
internal static partial class Snippets
{
    /// <summary>All snippets of Accelio.Reactive.Tests/Docs by name.</summary>
    public static Dictionary<string, string[]> All => Repository.SourceFiles
        .Where(path => path.StartsWith("Accelio.Reactive.Tests/Docs/", StringComparison.Ordinal))
        .SelectMany(path => In(Repository.ReadLines(path)))
        .ToDictionary(snippet => snippet.Name, snippet => snippet.Lines);

    /// <summary>The snippets of a source file: what stands between <c>// &lt;snippet name&gt;</c> and <c>// &lt;/snippet&gt;</c>, without
    /// the indentation of the first.</summary>
    public static IEnumerable<(string Name, string[] Lines)> In(string[] source)
    {
        for (var line = 0; line < source.Length; line++)
        {
            var begin = Begin().Match(source[line]);
            if (begin.Success)
            {
                var end = Array.FindIndex(source, line, text => text.Trim() == "// </snippet>");
                yield return (begin.Groups["name"].Value,
                    [.. source[(line + 1)..end].Select(text => Unindent(text, begin.Groups["indent"].Length))]);
                line = end;
            }
        }
    }

    private static string Unindent(string line, int count) => line.Length > count && line[..count].Trim().Length == 0 ? line[count..]
        : line.TrimStart();

    [GeneratedRegex(@"^(?<indent>\s*)// <snippet (?<name>[\w-]+)>$")]
    private static partial Regex Begin();
}
