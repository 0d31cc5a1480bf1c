using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>
/// Bytes under way between the two ends of a link. A packet travels out and back: while it is away it belongs to the far end, and its return tells
/// the sender that the room in the network is free again. Nothing else is shared between the ends.
/// </summary>
internal sealed unsafe class SimulatedPacket : WorkItem
{
    private readonly SimulatedPacketStore _store;
    private SimulatedPort? _origin;
    private SimulatedPort? _target;
    private bool _isRepetition;

    /// <summary>Creates a packet of a store, with memory of the store's poller.</summary>
    public SimulatedPacket(SimulatedPacketStore store, Slab memory)
    {
        _store = store;
        Memory = memory;
    }

    /// <summary>Whether the packet is on its way back.</summary>
    public bool IsReturning { get; private set; }

    /// <summary>What the packet does.</summary>
    public SimulatedPacketKind Kind { get; set; }

    /// <summary>Where the bytes are.</summary>
    public byte* Pointer => Memory.Pointer;

    /// <summary>Bytes that it holds (data, messages, reads that came back) or asks for (reads).</summary>
    public int Length { get; set; }

    /// <summary>Data: the stream of the link.</summary>
    public byte Stream { get; set; }

    /// <summary>Reads: the exposed body.</summary>
    public uint Body { get; set; }

    /// <summary>Reads: offset of the first byte within the body.</summary>
    public long Position { get; set; }

    /// <summary>Messages: what the packet is to the link that sends it; made once.</summary>
    public SimulatedMessage Message => field ??= new SimulatedMessage(this);

    /// <summary>Whether the far end did what was asked; set there.</summary>
    public bool Succeeded { get; set; }

    /// <summary>The next packet of the list this one is in, while it is not under way.</summary>
    internal SimulatedPacket? NextInList { get; set; }

    private Slab Memory { get; }

    /// <summary>Addresses the packet. Called by the port that sends it.</summary>
    public void Address(SimulatedPort origin, SimulatedPort target)
    {
        _origin = origin;
        _target = target;
        IsReturning = false;
        Succeeded = false;
        _isRepetition = false;
    }

    /// <summary>Turns the packet round. Called by the port that received it.</summary>
    public void TurnRound() => IsReturning = true;

    /// <summary>The same packet once more, in other memory; nobody is told of its return. On the sender's thread.</summary>
    public SimulatedPacket Repeat()
    {
        var copy = _store.Rent();
        copy.Kind = Kind;
        copy.Length = Length;
        copy.Stream = Stream;
        copy.Body = Body;
        copy.Position = Position;
        new ReadOnlySpan<byte>(Pointer, Length).CopyTo(new Span<byte>(copy.Pointer, Length));
        copy.Address(_origin!, _target!);
        copy._isRepetition = true;
        return copy;
    }

    /// <summary>Ends the packet's journey at home: back to its store.</summary>
    public void Store() => _store.Put(this);

    /// <summary>Gives the memory back, on whatever thread: the packet is not used any more.</summary>
    public void Drop() => Memory.Release();

    /// <inheritdoc/>
    public override void Execute()
    {
        if (IsReturning && _isRepetition)
        {
            Store();
        }
        else if (IsReturning)
        {
            _origin!.OnReturned(this);
        }
        else
        {
            _target!.OnArrived(this);
        }
    }
}
