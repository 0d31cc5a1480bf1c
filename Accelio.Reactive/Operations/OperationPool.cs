using Microsoft.Extensions.ObjectPool;

namespace Accelio.Reactive;

/// <summary>Pools of operations, one per type, shared by all contexts: calls begin and results are taken on any thread.</summary>
internal static class OperationPool<T>
    where T : class, new()
{
    private const int Retained = 8192;

    /// <summary>The pool.</summary>
    public static readonly ObjectPool<T> Shared = new DefaultObjectPool<T>(new DefaultPooledObjectPolicy<T>(), Retained);
}
