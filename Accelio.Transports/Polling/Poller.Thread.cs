using System.Runtime.CompilerServices;

namespace Accelio.Transports.Polling;

/// <content>Whose thread it is: whose turn is running there.</content>
internal abstract partial class Poller
{
    // Callbacks of users that go deeper are found by the thread-static; a thread of ours has many times as much.
    private const uint StackReach = 64 * 1024;

    [ThreadStatic]
    private static Poller? _current;

    // The stack of the thread that runs nothing but this poller, above everything that its duty cycles call; 0 without such a thread, and while another poller has its turn there.
    private nuint _stack;
    private nuint _ownStack;

    /// <summary>The poller whose turn is running on the calling thread; null outside of one.</summary>
    public static Poller? Current => _current;

    /// <summary>Whether the calling thread is the poller's, at this moment.</summary>
    public unsafe bool IsCurrent
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // Asked several times for each message: where this local lies says it for a fraction of what a thread-static costs.
            byte here;
            return _stack - (nuint)(&here) < StackReach || ReferenceEquals(_current, this);
        }
    }

    /// <summary>Called once, before <see cref="Enter"/>, by the method of a thread that runs nothing but this poller.</summary>
    /// <param name="local">A local variable of that method, which calls everything else.</param>
    protected unsafe void OwnThread(byte* local) => _ownStack = (nuint)local;

    /// <summary>Makes the calling thread the poller's. Returns what <see cref="Exit"/> needs.</summary>
    protected Poller? Enter()
    {
        var previous = _current;
        if (previous is not null)
        {
            previous._stack = 0;
        }

        _current = this;
        _stack = _ownStack;
        Memory.Adopt();
        return previous;
    }

    /// <summary>Ends what <see cref="Enter"/> began.</summary>
    protected void Exit(Poller? previous)
    {
        Memory.Disown();
        _stack = 0;
        _current = previous;
        if (previous is not null)
        {
            previous._stack = previous._ownStack;
        }
    }
}
