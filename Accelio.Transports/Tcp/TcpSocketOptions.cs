using System.Net;
using System.Text;
using Accelio.Native.Linux;

namespace Accelio.Transports.Tcp;

/// <summary>The options of connected sockets. Failures are ignored: a connection with other settings is slower, not wrong.</summary>
internal static class TcpSocketOptions
{
    // TCP_CA_NAME_MAX of the kernel.
    private const int LongestName = 16;

    /// <summary>Sets what every socket of a link has.</summary>
    public static void Apply(int descriptor, IPEndPoint local, IPEndPoint remote, LinkOptions options)
    {
        // The link collects the output of a duty cycle itself; waiting for more in the kernel only delays it.
        _ = Sockets.SetOption(descriptor, Sockets.LevelTcp, Sockets.OptionTcpNoDelay, 1);
        if (options.LocalCongestionControl.Count > 0 && TcpAddress.IsLocal(local, remote))
        {
            ReplaceBbr(descriptor, options.LocalCongestionControl);
        }
    }

    // bbr paces, which within a machine costs up to half of the throughput of large messages.
    private static void ReplaceBbr(int descriptor, IReadOnlyList<string> candidates)
    {
        if (!CongestionControl(descriptor).StartsWith("bbr", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var candidate in candidates)
        {
            if (Sockets.SetOption(descriptor, Sockets.LevelTcp, Sockets.OptionTcpCongestion, Encoding.ASCII.GetBytes(candidate)) >= 0)
            {
                return;
            }
        }
    }

    /// <summary>The name of the congestion control algorithm; empty when the system does not say.</summary>
    public static string CongestionControl(int descriptor)
    {
        Span<byte> name = stackalloc byte[LongestName];
        var length = Sockets.GetOption(descriptor, Sockets.LevelTcp, Sockets.OptionTcpCongestion, name);
        return length <= 0 ? string.Empty : Encoding.ASCII.GetString(name[..length]).TrimEnd('\0');
    }
}
