using Accelio.Transports.Memory;

namespace Accelio.Transports.Streams;

/// <summary>What a <see cref="SendQueue"/> knows of one piece of memory besides its address and length.</summary>
internal struct SendEntry
{
    /// <summary>The block that holds the piece, held once by this entry; null for memory of the sink.</summary>
    public Slab? Block;

    /// <summary>Released when the piece has left; on the last piece of a referenced body.</summary>
    public SendToken? Token;

    /// <summary>Whether a bulk frame begins here, so that an urgent frame may be put in front.</summary>
    public bool StartsBulk;

    /// <summary>Whether some of it has left: nothing can be put in front any more.</summary>
    public bool Begun;
}
