using Accelio.Reactive;

namespace Accelio.Samples.Perf;

/// <summary>The contexts of a program: one, or several on processors that follow each other.</summary>
internal sealed class ContextSet(IReadOnlyList<AccelioContext> contexts) : IAsyncDisposable
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<AccelioContext> All => contexts;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var context in contexts)
        {
            await context.DisposeAsync();
        }
    }
}
