using System.Reflection;
using Xunit;

namespace Accelio.Reactive.Tests.House;

/// <summary>What is written as users write it uses nothing that users have not: the tests of the fakes, and the code of the documentation.</summary>
public class PublicOnlyTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData("Accelio.Reactive.Tests.Testing")]
    [InlineData("Accelio.Reactive.Tests.Docs")]
    public void Nothing_internal_is_used(string room)
    {
        Assert.Contains(UsesIn(room), use => use.Used.StartsWith("Accelio.Reactive.AccelioSession", StringComparison.Ordinal));
        Assert.Empty(HiddenUsesIn(room));
    }

    [Fact]
    public void A_use_of_something_internal_is_found()
    {
        Assert.Contains(HiddenUsesIn("Accelio.Reactive.Tests.House"), use => use.Used == typeof(PollerContext).FullName);
    }

    [Fact]
    public void What_is_internal_is_known_here()
    {
        var hidden = Hidden();

        Assert.Contains(typeof(PollerContext).FullName!, hidden);
        Assert.Contains("Accelio.Reactive.InboundMessage.get_Core", hidden);
        Assert.DoesNotContain("Accelio.Reactive.InboundMessage.get_Payload", hidden);
        Assert.DoesNotContain("Accelio.Reactive.AccelioSession..ctor", hidden);
    }

    private static IEnumerable<TypeUse> UsesIn(string room) => CompiledAssembly.Read(typeof(PublicOnlyTests).Assembly).Uses.Where(use => use.Room == room);

    private static IEnumerable<TypeUse> HiddenUsesIn(string room)
    {
        var hidden = Hidden();
        return UsesIn(room).Where(use => hidden.Contains(use.Used));
    }

    /// <summary>Types that users cannot see, and members of others of which no overload is for them.</summary>
    private static HashSet<string> Hidden()
    {
        var hidden = new HashSet<string>();
        var types = new[] { "Accelio.Native", "Accelio.Transports", "Accelio.Reactive" }.SelectMany(name => Assembly.Load(name).GetTypes());
        foreach (var type in types.Where(type => type.FullName!.StartsWith("Accelio.", StringComparison.Ordinal)))
        {
            if (!type.IsVisible)
            {
                hidden.Add(type.FullName!.Replace('+', '.'));
                continue;
            }

            hidden.UnionWith(type.GetMembers(Everything).OfType<MethodBase>()
                .GroupBy(method => method.Name, method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly)
                .Where(overloads => !overloads.Contains(true))
                .Select(overloads => $"{type.FullName}.{overloads.Key}"));
        }

        return hidden;
    }
}
