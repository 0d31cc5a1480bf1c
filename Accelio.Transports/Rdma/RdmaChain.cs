using System.Runtime.InteropServices;
using Accelio.Native.Verbs;

namespace Accelio.Transports.Rdma;

/// <summary>Room for a chain of work requests, used by one link after the other: the calls that post copy it. Poller thread only.</summary>
internal sealed unsafe class RdmaChain
{
    /// <summary>Longest chain.</summary>
    public const int Capacity = 64;

    private readonly IbvSendWr* _sends = (IbvSendWr*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(IbvSendWr));
    private readonly IbvRecvWr* _receives = (IbvRecvWr*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(IbvRecvWr));
    private readonly IbvSge* _sendPieces = (IbvSge*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(IbvSge));
    private readonly IbvSge* _receivePieces = (IbvSge*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(IbvSge));

    /// <summary>Frees the memory.</summary>
    ~RdmaChain()
    {
        NativeMemory.Free(_sends);
        NativeMemory.Free(_receives);
        NativeMemory.Free(_sendPieces);
        NativeMemory.Free(_receivePieces);
    }

    /// <summary>Sends in the chain.</summary>
    public int Sends { get; private set; }

    /// <summary>Receives in the chain.</summary>
    public int Receives { get; private set; }

    /// <summary>Adds a send of one piece; its other fields are the caller's to set.</summary>
    public IbvSendWr* AddSend(ulong id, WorkOpcode opcode, byte* address, int length, uint key)
    {
        var request = _sends + Sends;
        *request = default;
        request->Id = id;
        request->Opcode = opcode;
        request->Pieces = _sendPieces + Sends;
        request->PieceCount = length > 0 ? 1 : 0;
        *request->Pieces = new IbvSge { Address = (ulong)address, Length = (uint)length, LocalKey = key };
        if (Sends > 0)
        {
            _sends[Sends - 1].Next = request;
        }

        Sends++;
        return request;
    }

    /// <summary>Adds a receive.</summary>
    public void AddReceive(ulong id, byte* address, int length, uint key)
    {
        var request = _receives + Receives;
        request->Id = id;
        request->Next = null;
        request->Pieces = _receivePieces + Receives;
        request->PieceCount = 1;
        *request->Pieces = new IbvSge { Address = (ulong)address, Length = (uint)length, LocalKey = key };
        if (Receives > 0)
        {
            _receives[Receives - 1].Next = request;
        }

        Receives++;
    }

    /// <summary>Forgets what is in the chain.</summary>
    public void Clear()
    {
        Sends = 0;
        Receives = 0;
    }

    /// <summary>Posts the sends, by one doorbell; the chain is empty then. 0 or a negated error number.</summary>
    public int PostSends(QueuePair pair)
    {
        var count = Sends;
        Sends = 0;
        return count == 0 ? 0 : pair.PostSend(_sends, out _);
    }

    /// <summary>Posts the receives; as <see cref="PostSends"/>.</summary>
    public int PostReceives(QueuePair pair)
    {
        var count = Receives;
        Receives = 0;
        return count == 0 ? 0 : pair.PostReceive(_receives, out _);
    }

    /// <summary>Posts the receives to a queue that others share.</summary>
    public int PostReceives(SharedReceiveQueue queue)
    {
        var count = Receives;
        Receives = 0;
        return count == 0 ? 0 : queue.Post(_receives, out _);
    }
}
