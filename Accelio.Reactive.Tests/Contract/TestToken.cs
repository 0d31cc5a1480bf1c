using Accelio.Transports;
using Accelio.Transports.Memory;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>The token of a body made of arrays, which it overwrites as soon as it is released: whoever still reads them is found out.</summary>
internal sealed class TestToken(ulong key, byte[][] parts, RegionEntry? region = null) : SendToken
{
    private const byte Scribble = 0xEE;

    public ulong Key => key;

    public override RegionEntry? Region => region;

    public int Releases { get; private set; }

    public void OnReleased()
    {
        Releases++;
        Unpin();
        foreach (var part in parts)
        {
            part.AsSpan().Fill(Scribble);
        }
    }
}
