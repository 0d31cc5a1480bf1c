using System.Text.RegularExpressions;

namespace Accelio.Reactive.Tests.House;

/// <summary>A C# file, looked at as text.</summary>
/// <param name="Path">Path in the repository.</param>
/// <param name="Lines">Its lines.</param>
internal sealed partial record SourceFile(string Path, string[] Lines)
{
    /// <summary>The file-scoped namespace, or null.</summary>
    public string? Namespace => Lines.Select(line => NamespaceLine().Match(line)).FirstOrDefault(match => match.Success)?.Groups[1].Value;

    /// <summary>The names of the types declared at the outermost level, those of this file alone left out.</summary>
    public IEnumerable<string> Types => Lines.Select(line => TypeLine().Match(line)).Where(match => match.Success)
        .Select(match => match.Groups["name"].Value);

    /// <summary>The file name up to the first dot: the type it should hold.</summary>
    public string TypeName => System.IO.Path.GetFileName(Path).Split('.')[0];

    /// <summary>The folder in the repository.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    /// <summary>Reads a file of the repository.</summary>
    public static SourceFile Read(string path) => new(path, Repository.ReadLines(path));

    [GeneratedRegex(@"^namespace\s+([\w.]+);")]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^(?:(?:public|internal|abstract|sealed|static|partial|readonly|ref|unsafe)\s+)*"
        + @"(?:(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?)\s+(?<name>\w+)|delegate\s.+?\s(?<name>\w+)(?:<[^(]*>)?\()")]
    private static partial Regex TypeLine();
}
