using System.Runtime.CompilerServices;

namespace Accelio.Transports.Wire;

/// <summary>Which of 256 values were seen; lives on the stack.</summary>
internal struct ByteSet
{
    private Words _words;

    /// <summary>Adds a value; false when it was there.</summary>
    public bool Add(byte value)
    {
        ref var word = ref _words[value >> 6];
        var bit = 1UL << (value & 63);
        var added = (word & bit) == 0;
        word |= bit;
        return added;
    }

    [InlineArray(4)]
    private struct Words
    {
        private ulong _first;
    }
}
