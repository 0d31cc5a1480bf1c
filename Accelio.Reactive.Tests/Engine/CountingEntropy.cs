using Accelio.Reactive.Engine;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>Ids that count up, so that tests can name them.</summary>
internal sealed class CountingEntropy : IEntropy
{
    private uint _next = 100;

    public uint NextUInt32() => _next++;
}
