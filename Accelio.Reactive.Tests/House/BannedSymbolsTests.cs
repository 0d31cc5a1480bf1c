using System.Reactive.Concurrency;
using System.Reflection;
using Xunit;

namespace Accelio.Reactive.Tests.House;

/// <summary>BannedSymbols.txt bans what it means to ban: an entry that names nothing, or an overload left out, would go
/// unnoticed.</summary>
public class BannedSymbolsTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly string[] Banned = [.. Repository.ReadLines("BannedSymbols.txt").Select(line => line.Split(';')[0])];

    private static readonly Type[] Types =
    [
        .. new[] { typeof(object), typeof(System.Diagnostics.Stopwatch), typeof(System.Timers.Timer), typeof(Scheduler),
            typeof(System.Security.Cryptography.RandomNumberGenerator) }
            .Select(type => type.Assembly).Distinct().SelectMany(assembly => assembly.GetExportedTypes()),
    ];

    [Fact]
    public void Every_entry_names_something_that_exists()
    {
        var known = Types.Select(DocumentationId.Of)
            .Concat(Types.Where(IsMentioned).SelectMany(type => type.GetProperties(Everything)).Select(DocumentationId.Of))
            .Concat(Types.Where(IsMentioned).SelectMany(Methods).Select(DocumentationId.Of))
            .ToHashSet();

        Assert.Empty(Banned.Except(known));
        Assert.Equal(Banned.Length, Banned.Distinct().Count());
    }

    [Fact]
    public void A_banned_method_is_banned_in_all_overloads_that_use_the_clock_of_the_machine()
    {
        var banned = Types.Where(IsMentioned).SelectMany(Methods).Where(method => Banned.Contains(DocumentationId.Of(method))).ToArray();

        var left = banned.SelectMany(method => Methods(method.DeclaringType!).Where(other => other.Name == method.Name))
            .Where(other => !other.GetParameters().Any(IsHarmless) && !(other.IsConstructor && other.GetParameters().Length == 0))
            .Select(DocumentationId.Of)
            .Except(Banned);

        Assert.Equal(Banned.Count(entry => entry.StartsWith("M:", StringComparison.Ordinal)), banned.Length);
        Assert.Empty(left);
    }

    [Theory]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("M:System.Threading.Tasks.Task.Run``1(System.Func{System.Threading.Tasks.Task{``0}})")]
    [InlineData("M:System.Guid.NewGuid")]
    [InlineData("T:System.Threading.Timer")]
    public void What_was_bought_dearly_stays_banned(string entry) => Assert.Contains(entry, Banned);

    // A time provider given by the caller is virtual if the caller's is; a seed makes random numbers repeatable; a wait without a time
    // knows no clock.
    private static bool IsHarmless(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(TimeProvider)
        || parameter.Name == "Seed"
        || (parameter.Member.Name == "WaitAsync" && parameter.Member is MethodBase method && method.GetParameters().Length == 1
            && parameter.ParameterType == typeof(CancellationToken));

    private static bool IsMentioned(Type type) => Banned.Any(entry => entry.Contains(type.FullName!, StringComparison.Ordinal));

    private static IEnumerable<MethodBase> Methods(Type type) => type.GetMethods(Everything)
        .Concat<MethodBase>(type.GetConstructors(Everything));
}
