namespace Accelio.Reactive.Tests.Simulated;

/// <summary>The kinds of links, for the public signatures of tests.</summary>
public enum LinkShape
{
    Stream,
    Slots,
}
