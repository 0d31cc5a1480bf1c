using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Accelio.Transports.Tcp;

/// <summary>The options of connected sockets. Failures are ignored: a connection with other settings is slower, not wrong.</summary>
internal static class TcpSocketOptions
{
    // The same numbers on all systems, but for the last two, which are Linux's.
    private const int LevelTcp = 6;
    private const int OptionNoDelay = 1;
    private const int OptionQuickAck = 12;
    private const int OptionCongestion = 13;

    // Levels and names of Linux.
    private const int LevelIp = 0;
    private const int OptionTypeOfService = 1;
    private const int LevelIpv6 = 41;
    private const int OptionTrafficClass = 67;

    // TCP_CA_NAME_MAX of the kernel.
    private const int LongestName = 16;

    /// <summary>Sets what every socket of a link has.</summary>
    public static void Apply(TcpSocket socket, IPEndPoint local, IPEndPoint remote, LinkOptions options)
    {
        // The link collects the output of a duty cycle itself; waiting for more in the kernel only delays it.
        Set(socket, LevelTcp, OptionNoDelay, 1);
        if (OperatingSystem.IsLinux() && options.TypeOfService is { } service)
        {
            // Both for a socket of IPv6, which may carry IPv4.
            Set(socket, LevelIp, OptionTypeOfService, service);
            Set(socket, LevelIpv6, OptionTrafficClass, service);
        }

        if (OperatingSystem.IsLinux() && options.LocalCongestionControl.Count > 0 && TcpAddress.IsLocal(local, remote))
        {
            ReplaceBbr(socket, options.LocalCongestionControl);
        }
    }

    /// <summary>Has the system acknowledge now what has arrived, where it can be told to.</summary>
    public static void AcknowledgeNow(TcpSocket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            Set(socket, LevelTcp, OptionQuickAck, 1);
        }
    }

    private static void Set(TcpSocket socket, int level, int option, int value) =>
        _ = socket.SetOption(level, option, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    // bbr paces, which within a machine costs up to half of the throughput of large messages.
    private static void ReplaceBbr(TcpSocket socket, IReadOnlyList<string> candidates)
    {
        if (!CongestionControl(socket).StartsWith("bbr", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var candidate in candidates)
        {
            if (socket.SetOption(LevelTcp, OptionCongestion, Encoding.ASCII.GetBytes(candidate)) >= 0)
            {
                return;
            }
        }
    }

    /// <summary>The name of the congestion control algorithm; empty when the system does not say.</summary>
    public static string CongestionControl(TcpSocket socket)
    {
        Span<byte> name = stackalloc byte[LongestName];
        var length = socket.GetOption(LevelTcp, OptionCongestion, name);
        return length <= 0 ? string.Empty : Encoding.ASCII.GetString(name[..length]).TrimEnd('\0');
    }
}
