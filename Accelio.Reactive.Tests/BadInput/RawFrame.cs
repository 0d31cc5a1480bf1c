using Accelio.Transports;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>A frame as a raw peer received it.</summary>
internal sealed record RawFrame(FrameHeader Header, byte[] UserHeader, byte[] Body);
