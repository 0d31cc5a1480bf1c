using Xunit;

namespace Accelio.Reactive.Tests.Support;

/// <summary>The collection of tests that measure the processor, and so run when no others do.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
