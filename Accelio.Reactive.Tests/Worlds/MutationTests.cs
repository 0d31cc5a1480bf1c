using Accelio.Reactive.Tests.House;
using Xunit;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>The mutations with which the random worlds are tried (Mutations/README.md) are edits of the library of today.</summary>
public class MutationTests
{
    private const string Folder = "Accelio.Reactive.Tests/Worlds/Mutations/";

    public static TheoryData<string> Patches =>
        [.. Repository.Files.Where(file => file.StartsWith(Folder, StringComparison.Ordinal) && file.EndsWith(".patch", StringComparison.Ordinal)).Select(file => file[Folder.Length..])];

    [Theory]
    [MemberData(nameof(Patches))]
    public void Every_mutation_fits_the_library_and_is_listed_with_the_seed_that_finds_it(string patch)
    {
        var lines = Repository.ReadLines(Folder + patch);
        var changed = lines.Single(line => line.StartsWith("+++ b/", StringComparison.Ordinal))[6..];
        var before = lines.SkipWhile(line => !line.StartsWith("@@", StringComparison.Ordinal)).Skip(1).Where(line => line[0] != '+').Select(line => line[1..]);

        Assert.Contains(string.Join('\n', before), string.Join('\n', Repository.ReadLines(changed)), StringComparison.Ordinal);
        Assert.Contains($"| `{patch[..^".patch".Length]}` | ", Repository.Read(Folder + "README.md"), StringComparison.Ordinal);
    }
}
