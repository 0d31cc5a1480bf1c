namespace Accelio.Native.Verbs;

/// <summary>enum ibv_wr_opcode, as far as it is used.</summary>
internal enum WorkOpcode
{
    /// <summary>Puts bytes into memory of the peer.</summary>
    Write = 0,

    /// <summary>Sends a message into a receive of the peer.</summary>
    Send = 2,

    /// <summary>Gets bytes out of memory of the peer.</summary>
    Read = 4,
}
