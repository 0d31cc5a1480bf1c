namespace Accelio.Reactive.Tests.PublicApi;

/// <summary>A record, for the test of the listing: what the compiler adds is not listed.</summary>
public sealed record SamplePoint(int X, string? Label)
{
    public static implicit operator SamplePoint(int x) => new(x, null);

    public static SamplePoint FromInt32(int x) => x;
}
