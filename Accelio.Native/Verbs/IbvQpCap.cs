namespace Accelio.Native.Verbs;

/// <summary>struct ibv_qp_cap: how much a queue pair holds. Asked for, and written back as granted.</summary>
internal struct IbvQpCap
{
    /// <summary>Send requests under way.</summary>
    public uint MaxSendRequests;

    /// <summary>Receives posted.</summary>
    public uint MaxReceiveRequests;

    /// <summary>Pieces of memory per send.</summary>
    public uint MaxSendPieces;

    /// <summary>Pieces of memory per receive.</summary>
    public uint MaxReceivePieces;

    /// <summary>Bytes that may be sent inline.</summary>
    public uint MaxInlineData;
}
