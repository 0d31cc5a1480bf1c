namespace Accelio.Transports;

/// <summary>The set-up message of a link (wire protocol, section 5), without what belongs to one transport alone. Host order.</summary>
internal struct LinkSetup
{
    /// <summary>The only protocol version, 1.0.</summary>
    public const ushort ProtocolVersion = 0x0100;

    /// <summary>Nexus flag: the cid names a lost link to reconnect to.</summary>
    public const ushort ReconnectFlag = 0x0001;

    /// <summary>Nexus flag: an extension block follows the fixed fields.</summary>
    public const ushort ExtensionFlag = 0x4000;

    /// <summary>Whether this is the answer.</summary>
    public bool IsResponse;

    /// <summary>Protocol version, <see cref="ProtocolVersion"/>.</summary>
    public ushort Version;

    /// <summary>Nexus flags.</summary>
    public ushort Flags;

    /// <summary>Link id given by the server.</summary>
    public uint Cid;

    /// <summary>Responses: 0 or a status code.</summary>
    public uint Status;

    /// <summary>Size of the sender's receive buffer in bytes; a response carries the smaller of both.</summary>
    public ulong BufferSize;

    /// <summary>How many response buffers ("in") one of the sender's messages may name.</summary>
    public uint MaxInParts;

    /// <summary>How many body parts ("out") one of the sender's messages may name.</summary>
    public uint MaxOutParts;

    /// <summary>Longest user header the sender wants to receive.</summary>
    public uint MaxHeaderLength;
}
