using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>
/// Operations that stay with one context: a plain stack per type, for the context's thread only. A type's place in the array is the same in every context and a constant for its code, so that finding
/// an operation costs two loads.
/// </summary>
internal sealed class OperationCache
{
    private static int _places;
    private Stack[] _stacks = new Stack[8];

    /// <summary>A place for one type of operations; once per type and process.</summary>
    public static int NewPlace() => Interlocked.Increment(ref _places) - 1;

    /// <summary>Takes an operation of the place's type; null when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OutgoingMessage? TryTake(int place)
    {
        var stacks = _stacks;
        if ((uint)place >= (uint)stacks.Length)
        {
            return null;
        }

        ref var stack = ref stacks[place];
        var count = stack.Count - 1;
        var entries = stack.Entries;
        if (entries is null || (uint)count >= (uint)entries.Length)
        {
            return null;
        }

        stack.Count = count;
        return entries[count].Operation;
    }

    /// <summary>Gives an operation back to its place.</summary>
    public void Return(int place, OutgoingMessage operation)
    {
        if (place >= _stacks.Length)
        {
            Array.Resize(ref _stacks, Math.Max(place + 1, _stacks.Length * 2));
        }

        ref var stack = ref _stacks[place];
        if (stack.Entries is null || stack.Count == stack.Entries.Length)
        {
            Array.Resize(ref stack.Entries, Math.Max(16, stack.Count * 2));
        }

        // Most often it comes back to the entry that it was taken from, where it was left: nothing is written then.
        ref var entry = ref stack.Entries[stack.Count++];
        if (!ReferenceEquals(entry.Operation, operation))
        {
            entry.Operation = operation;
        }
    }

    private struct Stack
    {
        public Entry[]? Entries;
        public int Count;
    }

    // A structure, so that storing needs no check of the array's type.
    private struct Entry
    {
        public OutgoingMessage? Operation;
    }
}
