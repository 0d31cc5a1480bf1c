using System.Buffers.Binary;
using System.Globalization;

namespace Accelio.Transports.Wire;

/// <summary>
/// The first 8 bytes on every TCP connection, client to server only (wire protocol, section 3.1): socket type 4, second port 2, pad 2.
/// </summary>
/// <param name="Kind">What the socket is for.</param>
/// <param name="SecondPort">The client's local port of the other socket of the pair; 0 when single.</param>
internal readonly record struct ConnectMessage(SocketKind Kind, ushort SecondPort)
{
    /// <summary>Bytes of the message.</summary>
    public const int Size = 8;

    private const int SecondPortOffset = 4;
    private const int PadOffset = 6;

    /// <summary>
    /// Reads the first <see cref="Size"/> bytes. Anything that a C server would wait for in vain, or crash on, is refused with <see
    /// cref="LinkError.BadConnectMessage"/>.
    /// </summary>
    public static LinkError Read(ReadOnlySpan<byte> bytes, out ConnectMessage message, out string? detail)
    {
        message = default;
        detail = null;
        if (bytes.Length < Size)
        {
            detail = "connect message: cut off";
            return LinkError.BadConnectMessage;
        }

        var kind = (SocketKind)BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[SecondPortOffset..]);
        if (kind is not (SocketKind.Single or SocketKind.Control or SocketKind.Data))
        {
            detail = string.Create(CultureInfo.InvariantCulture, $"sock_type: {(uint)kind}");
            return LinkError.BadConnectMessage;
        }

        if (kind != SocketKind.Single && port == 0)
        {
            detail = "second_port: 0 in one socket of a pair";
            return LinkError.BadConnectMessage;
        }

        message = new ConnectMessage(kind, port);
        return LinkError.None;
    }

    /// <summary>Writes <see cref="Size"/> bytes, the pad as zeros.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Kind);
        BinaryPrimitives.WriteUInt16BigEndian(destination[SecondPortOffset..], SecondPort);
        BinaryPrimitives.WriteUInt16BigEndian(destination[PadOffset..], 0);
    }
}
