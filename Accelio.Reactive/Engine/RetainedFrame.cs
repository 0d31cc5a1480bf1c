using System.Buffers;
using Accelio.Transports;
using Accelio.Transports.Memory;

namespace Accelio.Reactive.Engine;

/// <summary>A frame that was sent and is not acknowledged: all that is needed to send it again over another link.</summary>
internal struct RetainedFrame
{
    /// <summary>The headers as they were sent; what belongs to the link is made anew. Of type None when nobody wants it any more.</summary>
    public FrameHeader Header;

    /// <summary>The items, then the user header.</summary>
    public ReadOnlyMemory<byte> UserHeader;

    /// <summary>How many bytes of that are items.</summary>
    public int ItemsLength;

    /// <summary>The body.</summary>
    public ReadOnlySequence<byte> Body;

    /// <summary>What header and body lie in, if that is the frame's own; null if it is somebody else's.</summary>
    public Slab? Copy;

    /// <summary>What holds the body, if the library does that itself.</summary>
    public HeldBody? Held;

    /// <summary>Messages: what waits for the answer. A tombstone when nobody wants the message any more.</summary>
    public OutgoingTask? Task;

    /// <summary>Whose memory the body is, to be told when it is needed no more.</summary>
    public IRetentionListener? Owner;

    /// <summary>Messages: bytes charged to the window. Answers: bytes of credit that the request still holds.</summary>
    public long Charge;

    /// <summary>Answers: whether the credit of the request is given back with the acknowledgement.</summary>
    public bool HoldsCredit;
}
