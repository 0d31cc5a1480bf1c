using System.Buffers;
using Accelio.Transports.Memory;

namespace Accelio.Transports;

/// <summary>
/// Stands for a body that a link refers to until it is released. Holds the pins of the body's segments. One token serves one send at a time and may be reused
/// after its release. Context thread only.
/// </summary>
internal unsafe class SendToken
{
    private MemoryHandle[] _pins = new MemoryHandle[1];
    private int[] _lengths = new int[1];

    /// <summary>Whether a link that can refer to bodies refers to this one even when it is short.</summary>
    public bool IsNeverCopied { get; protected set; }

    /// <summary>The memory that all of the body lies in, when it is none of the library's regions but devices may know it all the same.</summary>
    public virtual RegionEntry? Region => null;

    /// <summary>Number of pinned segments.</summary>
    public int Count { get; private set; }

    /// <summary>Pins every non-empty segment of the body. The link calls this when it decides to refer to the body. What the body's memory
    /// throws comes out, and nothing is pinned then.</summary>
    public void Pin(in ReadOnlySequence<byte> body)
    {
        try
        {
            foreach (var segment in body)
            {
                if (segment.IsEmpty)
                {
                    continue;
                }

                if (Count == _pins.Length)
                {
                    Array.Resize(ref _pins, Count * 2);
                    Array.Resize(ref _lengths, Count * 2);
                }

                _lengths[Count] = segment.Length;
                _pins[Count] = segment.Pin();
                Count++;
            }
        }
        catch
        {
            Unpin();
            throw;
        }
    }

    /// <summary>The address of a pinned segment.</summary>
    public byte* this[int index] => (byte*)_pins[index].Pointer;

    /// <summary>The length of a pinned segment. The body itself is not asked any more: another thread may have ended what it stands for.</summary>
    public int LengthOf(int index) => _lengths[index];

    /// <summary>Gives the pins back. Whoever receives <see cref="ILinkSink.OnReleased"/> calls this first.</summary>
    public void Unpin()
    {
        for (var i = 0; i < Count; i++)
        {
            _pins[i].Dispose();
            _pins[i] = default;
        }

        Count = 0;
    }
}
