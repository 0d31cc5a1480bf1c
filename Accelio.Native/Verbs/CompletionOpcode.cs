namespace Accelio.Native.Verbs;

/// <summary>enum ibv_wc_opcode, as far as it is used.</summary>
internal enum CompletionOpcode
{
    /// <summary>A SEND.</summary>
    Send = 0,

    /// <summary>A WRITE.</summary>
    Write = 1,

    /// <summary>A READ.</summary>
    Read = 2,

    /// <summary>A receive.</summary>
    Receive = 128,

    /// <summary>A receive that a WRITE with immediate data used up.</summary>
    ReceiveImmediate = 129,
}
