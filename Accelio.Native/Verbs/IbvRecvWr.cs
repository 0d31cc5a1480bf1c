namespace Accelio.Native.Verbs;

/// <summary>struct ibv_recv_wr: one request for the receive queue. Copied by the call that posts it.</summary>
internal unsafe struct IbvRecvWr
{
    /// <summary>Comes back in the completion.</summary>
    public ulong Id;

    /// <summary>The next of the chain, or null.</summary>
    public IbvRecvWr* Next;

    /// <summary>The pieces of memory.</summary>
    public IbvSge* Pieces;

    /// <summary>How many.</summary>
    public int PieceCount;
}
