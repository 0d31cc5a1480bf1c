using System.Text;
using Accelio.Transports;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>A copy of a frame that the engine handed to the link.</summary>
internal sealed record SentFrame(FrameHeader Header, byte[] Items, byte[] UserHeader, byte[] Body, uint OfferedRoom, SendToken? Token)
{
    public FrameType Type => Header.Type;

    public string Text => Encoding.UTF8.GetString(Body);
}
