using Accelio.Transports;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>A frame as a sink saw it, copied out of the link's memory.</summary>
internal sealed record ReceivedFrame(
    FrameHeader Header,
    byte[] UserHeader,
    byte[] Body,
    long BodyLength,
    RoomEntry[] Room,
    bool InPlace,
    bool HadSlab,
    bool Discarded,
    object? Tag)
{
    /// <summary>All that must not depend on how the bytes were cut.</summary>
    public string Summary =>
        $"{Header.Type} task {Header.LocalTask}/{Header.RemoteTask} serial {Header.Serial} sn {Header.SequenceNumber}"
        + $" header {Convert.ToHexString(UserHeader)} room {string.Join(',', Room)} body {BodyLength}:{Bytes.Hash(Body)}";
}
