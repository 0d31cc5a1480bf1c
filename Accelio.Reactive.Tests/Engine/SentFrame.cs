using System.Text;
using Accelio.Transports;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>A copy of a frame that the engine handed to the link.</summary>
internal sealed record SentFrame(FrameHeader Header, byte[] Items, byte[] UserHeader, byte[] Body, uint OfferedRoom, SendToken? Token)
{
    public FrameType Type => Header.Type;

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>What a plain message says, field by field.</summary>
    public static FrameHeader HeaderOf(FrameType type, uint task, bool lastInBatch, in SessionWords session) => new()
    {
        Destination = (uint)(session.Address >> 32),
        Flags = (uint)session.Address,
        Serial = session.Serial,
        SequenceNumber = (ushort)(session.Sequence >> 48),
        AckSequenceNumber = (ushort)(session.Sequence >> 32),
        CreditMessages = (ushort)(session.Sequence >> 16),
        CreditBytes = session.CreditBytes,
        Type = type,
        LocalTask = type == FrameType.Response ? 0 : task,
        RemoteTask = type == FrameType.Response ? task : 0,
        LastInBatch = lastInBatch,
    };
}
