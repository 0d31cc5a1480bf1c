using Accelio.Transports;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>What a <see cref="RecordingSink"/> keeps of a delivered frame.</summary>
internal sealed class ReceivedFrame
{
    public required FrameHeader Header { get; init; }

    public required byte[] UserHeader { get; init; }

    public required RoomEntry[] Room { get; init; }

    public required long BodyLength { get; init; }

    public required bool Discarded { get; init; }

    /// <summary>Whether the body was where the sink wanted it, when it wanted it somewhere.</summary>
    public required bool AtDestination { get; init; }

    public required bool InSlab { get; init; }

    public required object? Tag { get; init; }

    /// <summary>How many arrivals the sink had seen when the frame was delivered.</summary>
    public required int ArrivalsBefore { get; init; }

    public ulong Serial => Header.Serial;
}
