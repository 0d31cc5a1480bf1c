using System.Buffers;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>A part of a body.</summary>
internal sealed class BodySegment : ReadOnlySequenceSegment<byte>
{
    private BodySegment(ReadOnlyMemory<byte> memory, long runningIndex)
    {
        Memory = memory;
        RunningIndex = runningIndex;
    }

    /// <summary>Joins parts; empty ones stay.</summary>
    public static ReadOnlySequence<byte> Join(params byte[][] parts) => Of(Array.ConvertAll(parts, part => new ReadOnlyMemory<byte>(part)));

    /// <summary>Joins parts of any memory; empty ones stay.</summary>
    public static ReadOnlySequence<byte> Of(params ReadOnlyMemory<byte>[] parts)
    {
        BodySegment? first = null;
        BodySegment? last = null;
        foreach (var part in parts)
        {
            var next = new BodySegment(part, last is null ? 0 : last.RunningIndex + last.Memory.Length);
            first ??= next;
            if (last is not null)
            {
                last.Next = next;
            }

            last = next;
        }

        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }
}
