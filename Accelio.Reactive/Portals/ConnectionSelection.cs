namespace Accelio.Reactive;

/// <summary>
/// How a session with several connections chooses one for a message without an <see cref="OutboundMessage.Key"/>; those with one go by it. Immutable, and good for any number of sessions: derive a class
/// of your own, or take one of these.
/// </summary>
public abstract class ConnectionSelection
{
    /// <summary>For derived classes: choices of your own.</summary>
    protected ConnectionSelection()
    {
    }

    /// <summary>The connection that lives on the context of the caller, which costs no way to another context; elsewhere in turn. The default.</summary>
    public static ConnectionSelection Nearest { get; } = new NearestSelection();

    /// <summary>One after another.</summary>
    public static ConnectionSelection RoundRobin { get; } = new RoundRobinSelection();

    /// <summary>The one with the fewest messages under way; looks at all of them.</summary>
    public static ConnectionSelection LeastOutstanding { get; } = new LeastOutstandingSelection();

    /// <summary>The better of two that are taken by chance: nearly as even as <see cref="LeastOutstanding"/>, at a price that does not grow with their number.</summary>
    public static ConnectionSelection PowerOfTwoChoices { get; } = new TwoChoicesSelection();

    /// <summary>Chooses. Called on the thread of the caller, by any number at a time; what it throws comes out of the call.</summary>
    /// <param name="connections">The connections on which messages flow at this moment, at least two, in the order in which they were made.</param>
    /// <param name="message">The message.</param>
    /// <param name="turn">How many messages of the session were chosen for before.</param>
    /// <returns>A place in <paramref name="connections"/>.</returns>
    public abstract int Select(ReadOnlySpan<AccelioConnection> connections, in OutboundMessage message, long turn);

    /// <summary>The connection of a key: the same as long as it lives, and no other key moves when one comes or goes (rendezvous hashing).</summary>
    internal static ConnectionCore ByKey(ConnectionCore[] connections, long key)
    {
        var best = connections[0];
        ulong most = 0;
        foreach (var connection in connections)
        {
            var weight = Mix((ulong)key ^ Mix((ulong)connection.Core.Index + 1));
            if (weight >= most)
            {
                (best, most) = (connection, weight);
            }
        }

        return best;
    }

    // SplitMix64: numbers that follow each other end far apart.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private static int InTurn(int count, long turn) => (int)((ulong)turn % (uint)count);

    private sealed class NearestSelection : ConnectionSelection
    {
        /// <inheritdoc/>
        public override int Select(ReadOnlySpan<AccelioConnection> connections, in OutboundMessage message, long turn)
        {
            var first = InTurn(connections.Length, turn);
            if (AccelioContext.Current is { } here)
            {
                for (var i = 0; i < connections.Length; i++)
                {
                    var place = first + i < connections.Length ? first + i : first + i - connections.Length;
                    if (ReferenceEquals(connections[place].Context, here))
                    {
                        return place;
                    }
                }
            }

            return first;
        }
    }

    private sealed class RoundRobinSelection : ConnectionSelection
    {
        /// <inheritdoc/>
        public override int Select(ReadOnlySpan<AccelioConnection> connections, in OutboundMessage message, long turn) => InTurn(connections.Length, turn);
    }

    private sealed class LeastOutstandingSelection : ConnectionSelection
    {
        /// <inheritdoc/>
        public override int Select(ReadOnlySpan<AccelioConnection> connections, in OutboundMessage message, long turn)
        {
            // Beginning with another one each time, so that those that are equally busy take turns.
            var best = InTurn(connections.Length, turn);
            var least = connections[best].OutstandingMessages;
            for (var i = 0; i < connections.Length && least != 0; i++)
            {
                if (connections[i].OutstandingMessages is var count && count < least)
                {
                    (best, least) = (i, count);
                }
            }

            return best;
        }
    }

    private sealed class TwoChoicesSelection : ConnectionSelection
    {
        /// <inheritdoc/>
        public override int Select(ReadOnlySpan<AccelioConnection> connections, in OutboundMessage message, long turn)
        {
            var chance = Mix((ulong)turn);
            var one = (int)((uint)chance % (uint)connections.Length);
            var other = (int)((uint)(chance >> 32) % (uint)(connections.Length - 1));
            other += other >= one ? 1 : 0;
            return connections[other].OutstandingMessages < connections[one].OutstandingMessages ? other : one;
        }
    }
}
