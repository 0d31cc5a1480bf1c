using System.Text.RegularExpressions;

namespace Accelio.Reactive.Tests.House;

/// <summary>A Markdown file: its blocks of code, links, headings and tables.</summary>
/// <param name="Path">Path in the repository.</param>
/// <param name="Lines">Its lines.</param>
internal sealed partial record MarkdownFile(string Path, string[] Lines)
{
    private const string Fence = "```";

    /// <summary>What users and contributors read.</summary>
    public static IEnumerable<MarkdownFile> All => Repository.Files
        .Where(path => path.EndsWith(".md", StringComparison.Ordinal)
            && (!path.Contains('/', StringComparison.Ordinal) || path.StartsWith("docs/", StringComparison.Ordinal)))
        .Select(Read);

    /// <summary>The fenced blocks.</summary>
    public IEnumerable<MarkdownBlock> Blocks
    {
        get
        {
            for (var line = 0; line < Lines.Length; line++)
            {
                if (!Lines[line].StartsWith(Fence, StringComparison.Ordinal))
                {
                    continue;
                }

                var end = Array.FindIndex(Lines, line + 1, text => text.StartsWith(Fence, StringComparison.Ordinal));
                end = end < 0 ? Lines.Length : end;
                var comment = SnippetComment().Match(Lines[..line].LastOrDefault(text => text.Length > 0) ?? "");
                yield return new(Lines[line][Fence.Length..].Trim(), comment.Success ? comment.Groups[1].Value
                    : null, line + 1, Lines[(line + 1)..end]);
                line = end;
            }
        }
    }

    /// <summary>The targets of all links, those in code left out.</summary>
    public IEnumerable<string> Links => Prose.SelectMany(line => Link().Matches(InlineCode().Replace(line, "")))
        .Select(match => match.Groups[1].Value);

    /// <summary>The anchors that the headings make.</summary>
    public IEnumerable<string> Anchors => Prose.Where(line => line.StartsWith('#'))
        .Select(line => NotInAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private IEnumerable<string> Prose
    {
        get
        {
            var code = Blocks.SelectMany(block => Enumerable.Range(block.FirstLine, block.Lines.Length)).ToHashSet();
            return Lines.Where((_, index) => !code.Contains(index));
        }
    }

    /// <summary>Reads a file of the repository.</summary>
    public static MarkdownFile Read(string path) => new(path, Repository.ReadLines(path));

    /// <summary>The rows of the table behind a comment (<c>enum: name</c>), cells trimmed, back-ticks removed.</summary>
    public IReadOnlyList<string[]> TableFor(string name)
    {
        var comment = Array.IndexOf(Lines, $"<!-- enum: {name} -->");
        return comment < 0
            ? []
            : [.. Lines.Skip(comment + 1).SkipWhile(line => line.Length == 0).TakeWhile(line => line.StartsWith('|')).Skip(2)
                .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim().Replace("`", "", StringComparison.Ordinal))
                    .ToArray())];
    }

    [GeneratedRegex(@"^<!-- snippet: ([\w-]+) -->$")]
    private static partial Regex SnippetComment();

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
