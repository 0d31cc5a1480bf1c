using System.Runtime.InteropServices;

namespace Accelio.Transports;

/// <summary>
/// What every frame says, whatever the transport: the session header (wire protocol, section 6) and the fields that the request and
/// response transport headers of TCP and RDMA have in common (sections 7 and 8). Integers are in host order.
/// </summary>
/// <remarks>The fields of the session header come first and in its order: <c>SessionHeader.Read</c> turns them round sixteen bytes at a time.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct FrameHeader
{
    /// <summary>The receiver's id of the session (or connection, between our own peers); ignored in responses.</summary>
    public uint Destination;

    /// <summary>Message flags, see <c>MessageFlags</c> in the wire room.</summary>
    public uint Flags;

    /// <summary>Serial number of the message; a response repeats the request's.</summary>
    public ulong Serial;

    /// <summary>Sequence number within the class (request or response) and direction of the connection.</summary>
    public ushort SequenceNumber;

    /// <summary>Last sequence number received in the same class; 0xFFFF before the first.</summary>
    public ushort AckSequenceNumber;

    /// <summary>Messages granted to the receiver of this frame.</summary>
    public ushort CreditMessages;

    /// <summary>0 accepted, 1 rejected; meaningful in receipts.</summary>
    public uint ReceiptResult;

    /// <summary>Bytes granted to the receiver of this frame.</summary>
    public ulong CreditBytes;

    /// <summary>The message kind.</summary>
    public FrameType Type;

    /// <summary>The sender's task id; a response must return it in <see cref="RemoteTask"/>.</summary>
    public uint LocalTask;

    /// <summary>Responses: the task id of the request being answered.</summary>
    public uint RemoteTask;

    /// <summary>Responses: 0 or a status code (section 18).</summary>
    public uint Status;

    /// <summary>Requests: the sender says that more follow unless this is set.</summary>
    public bool LastInBatch;
}
