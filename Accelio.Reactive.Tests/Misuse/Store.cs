using System.Diagnostics.CodeAnalysis;

namespace Accelio.Reactive.Tests.Misuse;

/// <summary>Things that threads share: anyone puts in, takes out, or looks at any of them. What is too much is forgotten, or ended.</summary>
internal sealed class Store<T>(int capacity, Action<T>? onTooMany = null)
{
    private readonly Lock _gate = new();
    private readonly List<T> _items = [];

    public void Put(T item)
    {
        T? oldest = default;
        bool isTooMany;
        lock (_gate)
        {
            isTooMany = _items.Count == capacity;
            if (isTooMany)
            {
                oldest = _items[0];
                _items.RemoveAt(0);
            }

            _items.Add(item);
        }

        if (isTooMany)
        {
            onTooMany?.Invoke(oldest!);
        }
    }

    public bool TryTake(Random random, [MaybeNullWhen(false)] out T item) => TryFind(random, takes: true, out item);

    public bool TryLookAt(Random random, [MaybeNullWhen(false)] out T item) => TryFind(random, takes: false, out item);

    public void Clear(Action<T> each)
    {
        T[] items;
        lock (_gate)
        {
            items = [.. _items];
            _items.Clear();
        }

        Array.ForEach(items, each);
    }

    private bool TryFind(Random random, bool takes, [MaybeNullWhen(false)] out T item)
    {
        lock (_gate)
        {
            item = default;
            if (_items.Count == 0)
            {
                return false;
            }

            var index = random.Next(_items.Count);
            item = _items[index];
            if (takes)
            {
                _items.RemoveAt(index);
            }

            return true;
        }
    }
}
