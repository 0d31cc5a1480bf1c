using System.Buffers.Binary;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>Makes bad input out of good: the same sequence for the same seed.</summary>
internal sealed class Mutator(int seed, byte[][] samples)
{
    private static readonly ulong[] Interesting =
    [
        0, 1, 2, 3, 4, 5, 8, 16, 39, 40, 41, 44, 79, 80, 81, 96, 112, 255, 256, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
        0x1_0000_0000, 64UL << 20, (64UL << 20) + 1, long.MaxValue, 1UL << 63, ulong.MaxValue,
    ];

    private readonly Random _random = new(seed);
    private readonly byte[] _buffer = new byte[16 << 10];

    /// <summary>The next input, valid until the next call. One in twenty is left as it was.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var sample = samples[_random.Next(samples.Length)];
        sample.CopyTo(_buffer, 0);
        var length = sample.Length;
        if (_random.Next(20) == 0)
        {
            return _buffer.AsSpan(0, length);
        }

        for (var count = _random.Next(1, 4); count > 0; count--)
        {
            length = Mutate(length);
        }

        return _buffer.AsSpan(0, length);
    }

    private int Mutate(int length)
    {
        var position = length == 0 ? 0 : _random.Next(length);
        switch (_random.Next(8))
        {
            case 0:
                return position;
            case 1:
                var more = _random.Next(1, 64);
                _random.NextBytes(_buffer.AsSpan(length, more));
                return length + more;
            case 2:
                _buffer[position] ^= (byte)(1 << _random.Next(8));
                return length;
            case 3:
                _buffer[position] = (byte)_random.Next(256);
                return length;
            case 4:
                var other = samples[_random.Next(samples.Length)];
                var start = _random.Next(other.Length);
                var size = Math.Min(other.Length - start, length - position);
                other.AsSpan(start, size).CopyTo(_buffer.AsSpan(position));
                return length;
            default:
                WriteInteresting(position, length);
                return length;
        }
    }

    // Fields lie on even offsets: that is where their limits are met.
    private void WriteInteresting(int position, int length)
    {
        var value = Interesting[_random.Next(Interesting.Length)];
        var target = _buffer.AsSpan(position & ~1, 8);
        switch (_random.Next(4))
        {
            case 0:
                target[0] = (byte)value;
                break;
            case 1:
                BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)value);
                break;
            case 2:
                BinaryPrimitives.WriteUInt32BigEndian(target, (uint)value);
                break;
            default:
                BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(Math.Min(position & ~7, Math.Max(0, length - 8)), 8), value);
                break;
        }
    }
}
