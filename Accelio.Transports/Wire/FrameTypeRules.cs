using System.Runtime.CompilerServices;

namespace Accelio.Transports.Wire;

/// <summary>
/// Which type values may stand in front of the two transport headers (wire protocol, section 4), and which operation codes they may carry.
/// Requests of an unknown class pass: whoever routes frames drops them, as C peers do (section 19.1).
/// </summary>
internal static class FrameTypeRules
{
    private const uint DirectionBits = 0x6;
    private const uint SetupBit = 0x80;

    // RSP, OW_RSP, SETUP, HELLO, FIN, CANCEL, keep-alive, extension: the classes that have answers.
    private const uint AnsweredClasses = 0x10 | 0x20 | 0x100 | 0x200 | 0x400 | 0x800 | 0x4000 | 0x8000;

    /// <summary>Whether the type is one of the protocol's, the two of the link set-up and those of RDMA included.</summary>
    public static bool IsKnown(FrameType type) => Enum.IsDefined(type) && type != FrameType.None;

    /// <summary>Both direction bits at once, or the set-up of a link, which has no transport header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNotARequest(uint type) => (type & DirectionBits) == DirectionBits || (type & SetupBit) != 0;

    /// <summary>No direction bit, or a class that has no response.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNotAResponse(uint type)
    {
        var kind = type & ~DirectionBits;
        return (type & DirectionBits) != 0x4 || (kind & ~AnsweredClasses) != 0 || kind == 0 || (kind & (kind - 1)) != 0;
    }

    /// <summary>Control frames travel as SEND; application frames as SEND or READ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsIllegalRequestOperation(uint operation, bool application) =>
        ((operation - (uint)BodyOperation.Send) & ~(application ? 2u : 0u)) != 0;

    /// <summary>Control frames travel as SEND; application frames as SEND or WRITE.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsIllegalResponseOperation(uint operation, bool application) =>
        ((operation - (uint)BodyOperation.Send) & ~(application ? 1u : 0u)) != 0;

    /// <summary>On RDMA a response may also be fetched by the requester: application frames travel as SEND, WRITE or READ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsIllegalRdmaResponseOperation(uint operation, bool application) =>
        operation - (uint)BodyOperation.Send > (application ? 2u : 0u);
}
