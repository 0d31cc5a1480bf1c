using System.Buffers.Binary;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>What the servers of a random world keep for a session, and take along when it moves: how many messages they had of it.</summary>
/// <param name="delay">How long either server takes.</param>
/// <param name="time">The time.</param>
internal sealed class WorldHandOver(TimeSpan delay, TimeProvider time) : SessionHandOver
{
    private readonly Dictionary<AccelioSession, int> _counts = [];

    /// <summary>A message has come.</summary>
    public void Count(AccelioSession session) => _counts[session] = CountOf(session) + 1;

    /// <summary>How many came of this session, here and where it was before.</summary>
    public int CountOf(AccelioSession session) => _counts.GetValueOrDefault(session);

    /// <inheritdoc/>
    public override async ValueTask<ReadOnlyMemory<byte>> ExportAsync(AccelioSession session, CancellationToken cancellationToken)
    {
        var state = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(state, CountOf(session));
        await Task.Delay(delay, time, cancellationToken);
        return state;
    }

    /// <inheritdoc/>
    public override async ValueTask ImportAsync(AccelioSession session, ReadOnlyMemory<byte> state, CancellationToken cancellationToken)
    {
        _counts.Add(session, BinaryPrimitives.ReadInt32LittleEndian(state.Span));
        await Task.Delay(delay, time, cancellationToken);
    }
}
