using System.Globalization;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.House;

/// <summary>What the documentation shows compiles, what it links to exists, what it lists is complete.</summary>
public class DocsTests
{
    private const string Update = "ACCELIO_UPDATE_DOCS";
    private const string WireProtocol = "docs/wire-protocol.md";

    [Fact]
    public void Code_in_the_documentation_is_code_that_compiles()
    {
        var snippets = Snippets.All;
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            foreach (var file in MarkdownFile.All)
            {
                File.WriteAllText(Repository.PathOf(file.Path), string.Join('\n', Rewrite(file, snippets)) + "\n");
            }
        }

        var findings = MarkdownFile.All.SelectMany(file => Check(file, snippets)).ToArray();

        Assert.True(findings.Length == 0,
            $"{string.Join('\n', findings)}\nTo copy the snippets into the documentation run {Update}=1 dotnet test --filter DocsTests.");
    }

    [Fact]
    public void Every_snippet_is_shown_somewhere() =>
        Assert.Empty(Snippets.All.Keys.Except(MarkdownFile.All.SelectMany(file => file.Blocks).Select(block => block.Snippet!)));

    [Fact]
    public void Links_lead_somewhere()
    {
        var files = MarkdownFile.All.ToArray();

        Assert.Contains(files, file => file.Path == "README.md");
        Assert.Empty(files.SelectMany(BrokenLinks));
    }

    [Fact]
    public void The_link_errors_are_all_explained() => AssertTable<LinkError>();

    [Fact]
    public void The_frame_types_are_all_explained() => AssertTable<FrameType>();

    [Fact]
    public void The_status_codes_are_all_explained() => AssertTable<StatusCode>((uint)StatusCode.NotSupported);

    [Fact]
    public void Code_that_differs_or_has_no_source_is_found()
    {
        var snippets = new Dictionary<string, string[]> { ["known"] = ["var a = 1;"] };
        string[] text =
        [
            "<!-- snippet: known -->", "```csharp", "var a = 2;", "```",
            "<!-- snippet: lost -->", "```csharp", "var b = 1;", "```",
            "text", "```csharp", "var c = 1;", "```",
            "text", "```cs", "var d = 1;", "```",
            "<!-- snippet: known -->", "", "```csharp", "var a = 1;", "```",
            "```text", "not code", "```",
        ];
        var file = new MarkdownFile("x.md", text);

        Assert.Equal(["x.md:3: differs from snippet known", "x.md:7: no snippet lost", "x.md:11: no comment names its snippet",
            "x.md:15: write csharp, not cs"], Check(file, snippets));
        Assert.Equal("var a = 1;", Rewrite(file, snippets)[2]);
        Assert.Equal(text.Length, Rewrite(file, snippets).Length);
    }

    [Fact]
    public void A_snippet_loses_the_indentation_of_its_surroundings()
    {
        string[] source = ["class A", "{", "    // <snippet one>", "    void B()", "    {", "", "        C();", "    }",
            "    // </snippet>", "}"];

        var (name, lines) = Assert.Single(Snippets.In(source));

        Assert.Equal("one", name);
        Assert.Equal(["void B()", "{", "", "    C();", "}"], lines);
    }

    [Fact]
    public void A_broken_link_is_found()
    {
        var file = new MarkdownFile(
            "docs/x.md",
            ["# Some `code`, words",
                "[a](README.md) [b](#some-code-words) [c](../nowhere.md) [d](#nothing) [e](https://x.y) `[f](not.md)`", "```",
                    "[g](not.md)", "```"]);

        Assert.Equal(["docs/x.md: ../nowhere.md", "docs/x.md: #nothing"], BrokenLinks(file));
    }

    [Fact]
    public void The_table_of_an_enumeration_is_read()
    {
        var file = new MarkdownFile("x.md",
            ["<!-- enum: E -->", "| a | b |", "|---|---|", "| `One` | 0x1 |", "| Two | 2 |", "", "| `Three` | 3 |"]);

        Assert.Equal(["One=0x1", "Two=2"], file.TableFor("E").Select(row => $"{row[0]}={row[1]}"));
    }

    private static IEnumerable<string> Check(MarkdownFile file, Dictionary<string, string[]> snippets)
    {
        foreach (var block in file.Blocks)
        {
            var finding = block switch
            {
                { Language: "cs" or "c#" or "C#" } => $"write csharp, not {block.Language}",
                { Language: not "csharp" } => null,
                { Snippet: null } => "no comment names its snippet",
                _ when !snippets.TryGetValue(block.Snippet, out var lines) => $"no snippet {block.Snippet}",
                _ when !snippets[block.Snippet].SequenceEqual(block.Lines) => $"differs from snippet {block.Snippet}",
                _ => null,
            };
            if (finding is not null)
            {
                yield return $"{file.Path}:{block.FirstLine + 1}: {finding}";
            }
        }
    }

    private static string[] Rewrite(MarkdownFile file, Dictionary<string, string[]> snippets)
    {
        var lines = file.Lines.ToList();
        foreach (var block in file.Blocks.Where(block => block is { Language: "csharp", Snippet: not null }).Reverse())
        {
            if (snippets.TryGetValue(block.Snippet!, out var snippet))
            {
                lines.RemoveRange(block.FirstLine, block.Lines.Length);
                lines.InsertRange(block.FirstLine, snippet);
            }
        }

        return [.. lines];
    }

    private static IEnumerable<string> BrokenLinks(MarkdownFile file)
    {
        var folder = Path.GetDirectoryName(file.Path)!;
        foreach (var link in file.Links.Where(link => !link.Contains("://", StringComparison.Ordinal)
            && !link.StartsWith("mailto:", StringComparison.Ordinal)))
        {
            var (path, anchor) = link.Split('#') is [var before, var behind] ? (before, behind) : (link, null);
            var target = path.Length == 0 ? file.Path
                : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, folder, path)));
            var isThere = path.Length == 0 || File.Exists(Repository.PathOf(target)) || Directory.Exists(Repository.PathOf(target));
            if (!isThere || (anchor is not null && !(path.Length == 0 ? file : MarkdownFile.Read(target)).Anchors.Contains(anchor)))
            {
                yield return $"{file.Path}: {link}";
            }
        }
    }

    private static void AssertTable<T>(uint origin = 0)
        where T : struct, Enum
    {
        var documented = MarkdownFile.Read(WireProtocol).TableFor(typeof(T).Name).Select(row => $"{row[0]} = {Number(row[1], origin)}")
            .ToHashSet();
        var declared = Enum.GetValues<T>().Select(value => $"{value} = {Convert.ToUInt32(value, CultureInfo.InvariantCulture)}")
            .ToHashSet();

        Assert.Empty(declared.Except(documented));
        Assert.Empty(documented.Except(declared));
    }

    // 0x12, 12, or +12 for the distance from the first code.
    private static uint Number(string text, uint origin) => text switch
    {
        ['0', 'x', .. var digits] => uint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        ['+', .. var digits] => origin + uint.Parse(digits, CultureInfo.InvariantCulture),
        _ => uint.Parse(text, CultureInfo.InvariantCulture),
    };
}
