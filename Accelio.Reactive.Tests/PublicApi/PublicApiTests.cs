using System.Reflection;
using Accelio.Reactive.Tests.House;
using Xunit;

namespace Accelio.Reactive.Tests.PublicApi;

/// <summary>A change of the public surface shows in a text file beside this one, so that it is seen in review and meant.</summary>
public class PublicApiTests
{
    private const string Update = "ACCELIO_UPDATE_API";

    [Theory]
    [InlineData("Accelio.Native")]
    [InlineData("Accelio.Transports")]
    [InlineData("Accelio.Reactive")]
    public void The_public_surface_is_the_recorded_one(string assembly)
    {
        var path = Repository.PathOf($"Accelio.Reactive.Tests/PublicApi/{assembly}.txt");
        var actual = ApiListing.Of(Assembly.Load(assembly));
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(path, actual);
        }

        var recorded = File.Exists(path) ? File.ReadAllText(path) : "";

        Assert.True(
            recorded == actual,
            $"The public surface of {assembly} has changed. If that is meant, run {Update}=1 dotnet test --filter PublicApi "
            + $"and commit the file.\n{Difference(recorded, actual)}");
    }

    [Fact]
    public void A_listing_reads_like_the_declarations()
    {
        var expected = Repository.Read("Accelio.Reactive.Tests/PublicApi/Sample.txt");

        Assert.Equal(expected,
            ApiListing.Of(typeof(Sample<>).Assembly.GetExportedTypes()
                .Where(type => type.FullName!.Contains(".PublicApi.Sample", StringComparison.Ordinal))));
    }

    [Fact]
    public void A_difference_names_what_came_and_what_went() =>
        Assert.Equal("- b\n+ c", Difference("a\nb\n", "a\nc\n"));

    private static string Difference(string recorded, string actual)
    {
        var before = recorded.Split('\n');
        var after = actual.Split('\n');
        return string.Join('\n', before.Except(after).Select(line => "- " + line.Trim())
            .Concat(after.Except(before).Select(line => "+ " + line.Trim())));
    }
}
