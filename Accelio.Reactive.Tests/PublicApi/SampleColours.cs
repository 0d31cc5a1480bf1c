namespace Accelio.Reactive.Tests.PublicApi;

/// <summary>A set of values, for the test of the listing.</summary>
[Flags]
public enum SampleColours : byte
{
    None = 0,
    Red = 1,
    Blue = 2,
}
