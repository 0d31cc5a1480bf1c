using System.Diagnostics;

namespace Accelio.Reactive.Tests.House;

/// <summary>The working tree that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] OutputFolders = ["bin", "obj", ".git", "TestResults"];

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Paths of all files of the project, relative to <see cref="Root"/>, with forward slashes, sorted. Asks git where it is
    /// there (so that stray files do not count), else walks the tree.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    /// <summary>All C# files of the project.</summary>
    public static IEnumerable<string> SourceFiles => Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>The full path of a file of the project.</summary>
    public static string PathOf(string file) => Path.Combine(Root, file);

    /// <summary>The text of a file of the project.</summary>
    public static string Read(string file) => File.ReadAllText(PathOf(file));

    /// <summary>The lines of a file of the project.</summary>
    public static string[] ReadLines(string file) => File.ReadAllLines(PathOf(file));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Accelio.Reactive.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No solution above {AppContext.BaseDirectory}.");
    }

    private static IReadOnlyList<string> ListFiles()
    {
        var files = ListByGit() ?? ListByWalking();
        return [.. files.Where(file => File.Exists(PathOf(file))).Order(StringComparer.Ordinal)];
    }

    private static string[]? ListByGit()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var git = Process.Start(start)!;
            var errors = git.StandardError.ReadToEndAsync();
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            _ = errors.GetAwaiter().GetResult();
            return git.ExitCode == 0 && output.Length > 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> ListByWalking() =>
        Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(OutputFolders.Contains));
}
