using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>
/// struct sockaddr_in or sockaddr_in6, whichever the family says, in the kernel's byte layout: family in host order, port and address in
/// network order, and for IPv6 flow label (always 0 here) and scope id in host order.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct SocketAddress
{
    /// <summary>sizeof(sockaddr_in6), the larger of the two.</summary>
    public const int Size = 28;

    private const int Inet4Size = 16;

    [FieldOffset(0)]
    private ushort _family;

    [FieldOffset(2)]
    private ushort _portInNetworkOrder;

    [FieldOffset(4)]
    private fixed byte _inet4[4];

    [FieldOffset(8)]
    private fixed byte _inet6[16];

    [FieldOffset(24)]
    private uint _scope;

    /// <summary>Length of the structure that the family asks for, in bytes.</summary>
    public readonly int Length => _family == Sockets.FamilyInet6 ? Size : Inet4Size;

    /// <summary>AF_INET or AF_INET6 (or what else the kernel answered).</summary>
    public readonly int Family => _family;

    /// <summary>Translates an end point; <see cref="ArgumentException"/> when it is neither IPv4 nor IPv6.</summary>
    public static SocketAddress From(IPEndPoint endPoint)
    {
        SocketAddress result = default;
        var address = endPoint.Address;
        result._portInNetworkOrder = Swap((ushort)endPoint.Port);
        switch (address.AddressFamily)
        {
            case AddressFamily.InterNetwork:
                result._family = Sockets.FamilyInet;
                address.TryWriteBytes(new Span<byte>(result._inet4, 4), out _);
                return result;
            case AddressFamily.InterNetworkV6:
                result._family = Sockets.FamilyInet6;
                address.TryWriteBytes(new Span<byte>(result._inet6, 16), out _);
                result._scope = (uint)address.ScopeId;
                return result;
            default:
                throw new ArgumentException($"an address of family {address.AddressFamily} is not an internet address", nameof(endPoint));
        }
    }

    /// <summary>The end point, or null when the family is not an internet family.</summary>
    public readonly IPEndPoint? ToEndPoint()
    {
        int port = Swap(_portInNetworkOrder);
        fixed (byte* inet4 = _inet4, inet6 = _inet6)
        {
            return (int)_family switch
            {
                Sockets.FamilyInet => new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(inet4, 4)), port),
                Sockets.FamilyInet6 => new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(inet6, 16), _scope), port),
                _ => null,
            };
        }
    }

    private static ushort Swap(ushort value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
