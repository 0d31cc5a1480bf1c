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
        if ((uint)place >= (uint)stacks.Length || stacks[place].Top is not { } top)
        {
            return null;
        }

        stacks[place].Top = top.NextCached;
        return top;
    }

    /// <summary>Gives an operation back to its place.</summary>
    public void Return(int place, OutgoingMessage operation)
    {
        if (place >= _stacks.Length)
        {
            Array.Resize(ref _stacks, Math.Max(place + 1, _stacks.Length * 2));
        }

        ref var stack = ref _stacks[place];
        operation.NextCached = stack.Top;
        stack.Top = operation;
    }

    // In a structure, so that storing needs no check of the array's type.
    private struct Stack
    {
        public OutgoingMessage? Top;
    }
}
