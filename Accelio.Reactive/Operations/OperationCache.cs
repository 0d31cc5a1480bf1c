namespace Accelio.Reactive;

/// <summary>
/// Operations that stay with one context, by type: plain stacks for the context's thread only. A type's place in the array is the same in every context, so that finding it costs two loads.
/// </summary>
internal sealed class OperationCache
{
    private static int _types;
    private object?[] _tops = new object?[8];

    /// <summary>Takes an operation; null when there is none.</summary>
    public T? TryTake<T>()
        where T : class, ICachedOperation
    {
        var place = Place<T>.Index;
        if (place >= _tops.Length || _tops[place] is not { } top)
        {
            return null;
        }

        var operation = System.Runtime.CompilerServices.Unsafe.As<T>(top);
        _tops[place] = operation.NextCached;
        return operation;
    }

    /// <summary>Gives an operation back.</summary>
    public void Return<T>(T operation)
        where T : class, ICachedOperation
    {
        var place = Place<T>.Index;
        if (place >= _tops.Length)
        {
            Array.Resize(ref _tops, Math.Max(place + 1, _tops.Length * 2));
        }

        operation.NextCached = _tops[place];
        _tops[place] = operation;
    }

    private static class Place<T>
    {
        public static readonly int Index = Interlocked.Increment(ref _types) - 1;
    }
}
