using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.House;

/// <summary>What every source file keeps to (CONTRIBUTING.md).</summary>
public partial class SourceTests(ITestOutputHelper output)
{
    private const int LongestFile = 500;
    private const int LongestMedian = 150;

    private static readonly string[] Libraries = ["Accelio.Native", "Accelio.Transports", "Accelio.Reactive"];
    private static readonly string[] Projects = [.. Libraries, "Accelio.Reactive.Tests"];

    private static IEnumerable<SourceFile> Sources =>
        Repository.SourceFiles.Where(path => !path.Contains("/Compat/", StringComparison.Ordinal)).Select(SourceFile.Read);

    [Fact]
    public void Namespaces_match_folders()
    {
        var wrong = Sources.Where(file => Projects.Contains(file.Path.Split('/')[0]))
            .Where(file => file.Namespace is { } name && name != NamespaceFor(file))
            .Select(file => $"{file.Path}: {file.Namespace}, not {NamespaceFor(file)}");

        AssertNone(wrong);
    }

    [Fact]
    public void A_file_of_the_libraries_holds_one_type_and_bears_its_name()
    {
        var wrong = Sources.Where(file => Libraries.Contains(file.Path.Split('/')[0]))
            .Where(file => file.Types.Distinct().ToArray() is not ([] or [_]) || file.Types.Any(type => type != file.TypeName))
            .Select(file => $"{file.Path}: {string.Join(", ", file.Types)}");

        AssertNone(wrong);
    }

    [Fact]
    public void Files_are_short()
    {
        var lengths = Sources.Select(file => (file.Path, file.Lines.Length)).OrderBy(file => file.Length).ToArray();

        var median = lengths[lengths.Length / 2].Length;

        output.WriteLine($"{lengths.Length} files; median {median} lines, nine of ten up to {lengths[lengths.Length * 9 / 10].Length}");
        output.WriteLine(string.Join('\n', lengths.TakeLast(5).Select(file => $"{file.Length,5} {file.Path}")));
        AssertNone(lengths.Where(file => file.Length > LongestFile).Select(file => $"{file.Path}: {file.Length} lines"));
        Assert.InRange(median, 1, LongestMedian);
    }

    [Fact]
    public void Every_value_of_an_enum_is_written_out_so_that_none_changes_when_another_is_added()
    {
        var enums = Sources.Where(file => file.Path.StartsWith("Accelio.Reactive/", StringComparison.Ordinal) && file.Lines.Any(line => line.StartsWith("public enum ", StringComparison.Ordinal)))
            .ToArray();

        Assert.Contains(enums, file => file.TypeName == nameof(AccelioStatus));
        AssertNone(enums.SelectMany(file => Matches(file.Path, file.Lines, ImplicitValue())));
    }

    [Fact]
    public void Nothing_is_left_unfinished() =>
        AssertNone(Sources.SelectMany(file => Matches(file.Path, file.Lines, Unfinished())));

    [Fact]
    public void No_file_names_a_path_of_one_machine() =>
        AssertNone(Repository.Files.Where(IsText).SelectMany(path => Matches(path, Repository.ReadLines(path), MachinePath())));

    [Fact]
    public void A_test_class_lies_in_the_folder_of_its_namespace()
    {
        var folders = Sources.Where(file => file.Path.StartsWith("Accelio.Reactive.Tests/", StringComparison.Ordinal))
            .SelectMany(file => file.Types.Select(type => (Type: type, Namespace: NamespaceFor(file))))
            .ToLookup(file => file.Type, file => file.Namespace);
        var classes = typeof(SourceTests).Assembly.GetTypes()
            .Where(type => type.GetMethods().Any(method => method.GetCustomAttribute<FactAttribute>() is not null))
            .ToArray();

        Assert.Contains(typeof(SourceTests), classes);
        AssertNone(classes.Where(type => !folders[type.Name].Contains(type.Namespace)).Select(type => type.FullName!));
        AssertNone(classes.Where(type => !type.IsVisible).Select(type => $"{type.FullName} is not public: its tests never run"));
    }

    [Fact]
    public void Samples_know_the_public_surface_alone()
    {
        var samples = Repository.Files.Where(path => path.StartsWith("Accelio.Samples/", StringComparison.Ordinal)).ToArray();
        var projects = samples.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(projects);
        AssertNone(projects.SelectMany(path => Matches(path, Repository.ReadLines(path), ForeignProject())));
        AssertNone(samples.Where(IsText).SelectMany(path => Matches(path, Repository.ReadLines(path), InnerRoom())));
    }

    [Fact]
    public void The_types_and_the_namespace_of_a_file_are_found()
    {
        var file = new SourceFile(
            "Accelio.Native/Linux/Thing.Part.cs",
            [
                "namespace Accelio.Native.Linux;",
                "internal sealed partial class Thing(int a)",
                "public readonly ref struct Other<T>",
                "internal readonly record struct Third(int A);",
                "public delegate Span<byte> Fourth<in T>(T state);",
                "file sealed class Hidden",
                "    private enum Nested",
                "/// a class that is none",
            ]);

        Assert.Equal("Accelio.Native.Linux", file.Namespace);
        Assert.Equal("Thing", file.TypeName);
        Assert.Equal(["Thing", "Other", "Third", "Fourth"], file.Types);
        Assert.Equal("Accelio.Native.Linux", NamespaceFor(file));
    }

    [Theory]
    [InlineData("see /ho" + "me/jo/accelio", true)]
    [InlineData("\"/tm" + "p/socket\"", true)]
    [InlineData("C:\\Us" + "ers\\jo", true)]
    [InlineData("an address such as tcp://host/home/jo", false)]
    [InlineData("docs/tmp/x and ../work/y", false)]
    public void Machine_paths_are_recognised(string line, bool found) => Assert.Equal(found, MachinePath().IsMatch(line));

    [Theory]
    [InlineData("// TO" + "DO: later", true)]
    [InlineData("throw new NotImplemented" + "Exception();", true)]
    [InlineData("// what is still to do", false)]
    public void Unfinished_work_is_recognised(string line, bool found) => Assert.Equal(found, Unfinished().IsMatch(line));

    [Theory]
    [InlineData("<ProjectReference Include=\"../../Accelio.Transports/Accelio.Transports.csproj\" />", true)]
    [InlineData("<ProjectReference Include=\"../../Accelio.Reactive/Accelio.Reactive.csproj\" />", false)]
    [InlineData("<ProjectReference Include=\"../Shared/Shared.csproj\" />", false)]
    public void Projects_foreign_to_samples_are_recognised(string line, bool found) => Assert.Equal(found, ForeignProject().IsMatch(line));

    /// <summary>The rooms of Accelio.Reactive share the namespace that users import; only the engine has one of its own, by which the rooms test knows it.</summary>
    private static string NamespaceFor(SourceFile file) =>
        file.Folder.StartsWith("Accelio.Reactive/", StringComparison.Ordinal) && file.Folder != "Accelio.Reactive/Engine"
            ? "Accelio.Reactive"
            : file.Folder.Replace('/', '.');

    private static IEnumerable<string> Matches(string path, string[] lines, Regex pattern) =>
        lines.Select((line, index) => (line, index)).Where(item => pattern.IsMatch(item.line))
            .Select(item => $"{path}:{item.index + 1}: {item.line.Trim()}");

    private static bool IsText(string path) => !Repository.Read(path).Contains('\0', StringComparison.Ordinal);

    private static void AssertNone(IEnumerable<string> findings) => Assert.True(!findings.Any(), string.Join('\n', findings));

    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X|NotImplemented" + @"Exception)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"^    [A-Z]\w*,?$")]
    private static partial Regex ImplicitValue();

    [GeneratedRegex(@"(?<![\w.:/-])/(home|root|tmp|work|farm|mnt|Users)/\w|[A-Za-z]:\\Users\\")]
    private static partial Regex MachinePath();

    // What a sample may refer to: the public library, or code shared with the sample beside it.
    [GeneratedRegex("""<ProjectReference (?!Include="(\.\./\.\./Accelio\.Reactive/Accelio\.Reactive|\.\./[\w.]+/[\w.]+)\.csproj")""")]
    private static partial Regex ForeignProject();

    [GeneratedRegex(@"\bAccelio\.(Transports|Native)\b|InternalsVisibleTo")]
    private static partial Regex InnerRoom();
}
