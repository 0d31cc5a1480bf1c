using System.Buffers;
using Accelio.Transports;
using Accelio.Transports.Memory;

namespace Accelio.Reactive;

/// <summary>A piece of a <see cref="RemoteTransfer"/> that the device moves at one time. Poller only.</summary>
/// <param name="transfer">The whole.</param>
internal sealed unsafe class RemotePiece(RemoteTransfer transfer) : DirectOperation
{
    private Slab? _copy;
    private int _start;

    /// <summary>The piece is in memory that the device knows.</summary>
    public void Refer(byte* address, int length, RegionEntry region)
    {
        Local = address;
        Length = length;
        Region = region;
    }

    /// <summary>The piece is anywhere else: the device gets memory of the library's.</summary>
    /// <param name="memory">That memory.</param>
    /// <param name="start">Where in the caller's memory the piece begins.</param>
    /// <param name="length">Its length.</param>
    public void UseCopy(Slab memory, int start, int length)
    {
        _copy = memory;
        _start = start;
        Local = memory.Pointer;
        Length = length;
        Region = null;
    }

    /// <summary>The library's memory for the piece.</summary>
    public Span<byte> Copy => new(Local, Length);

    /// <summary>Gives the library's memory back.</summary>
    public void EndCopy()
    {
        _copy?.Release();
        _copy = null;
    }

    /// <inheritdoc/>
    public override void OnDone(LinkError error, string? detail)
    {
        if (_copy is not null && !IsWrite && error == LinkError.None)
        {
            transfer.Fill(_start, Copy);
        }

        EndCopy();
        transfer.OnPieceDone(this, error, detail);
    }
}
