using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>A frame to be sent by a test.</summary>
internal sealed class TestFrame
{
    public required FrameHeader Header { get; init; }

    /// <summary>Lengths of the parts of the body.</summary>
    public int[] Parts { get; init; } = [];

    public byte[] Items { get; init; } = [];

    public byte[] UserHeader { get; init; } = [];

    public uint OfferedRoom { get; init; }

    public RoomEntry Offer { get; init; }

    public RoomEntry[] PeerRoom { get; init; } = [];

    public long AgreedRoom { get; init; }

    public bool WithToken { get; init; } = true;

    public bool Urgent { get; init; }

    /// <summary>A header in which every field that the type carries has a value of its own.</summary>
    public static FrameHeader HeaderOf(FrameType type, ulong serial)
    {
        var seed = (uint)serial;
        var header = new FrameHeader
        {
            Type = type,
            Destination = 0xD0000000 | seed,
            Flags = MessageFlags.ReceiptLast,
            Serial = serial,
            SequenceNumber = (ushort)(seed + 1),
            AckSequenceNumber = (ushort)(seed + 2),
            CreditMessages = (ushort)(seed + 3),
            CreditBytes = 0x1_0000_0000 + serial,
            ReceiptResult = seed & 1,
            LocalTask = 0xA0000000 | seed,
        };
        if (type.IsResponse())
        {
            header.RemoteTask = 0xB0000000 | seed;
            header.Status = seed & 7;
        }
        else
        {
            header.LastInBatch = (seed & 1) != 0;
        }

        return header;
    }
}
