namespace Accelio.Transports.Wire;

/// <summary>How a body travels (wire protocol, sections 7 and 8; RDMA, section 5): the operation codes shared by both transports.</summary>
internal enum BodyOperation : byte
{
    /// <summary>Not set. C peers send it only where it is meaningless.</summary>
    None = 0,

    /// <summary>Inline, with its frame.</summary>
    Send = 2,

    /// <summary>Bulk, into the buffers that the requester offered.</summary>
    Write = 3,

    /// <summary>Bulk, named by a table of parts: pushed at once on TCP, fetched by the receiver on RDMA.</summary>
    Read = 4,
}
