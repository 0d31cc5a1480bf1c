namespace Accelio.Transports.Wire;

/// <summary>What a TCP connection is for, as its first bytes say (wire protocol, section 3.1).</summary>
internal enum SocketKind : uint
{
    /// <summary>Control and data on one socket.</summary>
    Single = 1,

    /// <summary>The frames of a pair.</summary>
    Control = 2,

    /// <summary>The bulk bytes of a pair.</summary>
    Data = 3,
}
