namespace Accelio.Native.Linux;

/// <content>Numbers of the socket interface, equal on all 64-bit Linux platforms that .NET runs on.</content>
internal static partial class Sockets
{
    /// <summary>AF_UNIX.</summary>
    public const int FamilyUnix = 1;

    /// <summary>AF_INET.</summary>
    public const int FamilyInet = 2;

    /// <summary>AF_INET6.</summary>
    public const int FamilyInet6 = 10;

    /// <summary>SOCK_STREAM.</summary>
    public const int TypeStream = 1;

    /// <summary>SOCK_NONBLOCK, to be added to a type or to the flags of <see cref="Accept"/>.</summary>
    public const int TypeNonBlocking = 0x800;

    /// <summary>SOCK_CLOEXEC, to be added to a type or to the flags of <see cref="Accept"/>.</summary>
    public const int TypeCloseOnExec = 0x80000;

    /// <summary>MSG_PEEK: leave what was read in the socket.</summary>
    public const int MessagePeek = 0x2;

    /// <summary>MSG_DONTWAIT: never block, whatever the mode of the descriptor.</summary>
    public const int MessageDontWait = 0x40;

    /// <summary>MSG_NOSIGNAL: a broken pipe is an error code only, not SIGPIPE.</summary>
    public const int MessageNoSignal = 0x4000;

    /// <summary>MSG_MORE: more follows at once, do not emit a short segment.</summary>
    public const int MessageMore = 0x8000;

    /// <summary>SHUT_RD.</summary>
    public const int ShutdownRead = 0;

    /// <summary>SHUT_WR.</summary>
    public const int ShutdownWrite = 1;

    /// <summary>SHUT_RDWR.</summary>
    public const int ShutdownBoth = 2;

    /// <summary>IPPROTO_IP: the level of the options of IPv4.</summary>
    public const int LevelIp = 0;

    /// <summary>IP_BIND_ADDRESS_NO_PORT: bind takes the address only; connect chooses the port.</summary>
    public const int OptionBindAddressNoPort = 24;

    /// <summary>SOL_SOCKET.</summary>
    public const int LevelSocket = 1;

    /// <summary>IPPROTO_TCP.</summary>
    public const int LevelTcp = 6;

    /// <summary>IPPROTO_IPV6.</summary>
    public const int LevelIpv6 = 41;

    /// <summary>SO_REUSEADDR.</summary>
    public const int OptionReuseAddress = 2;

    /// <summary>SO_ERROR: the pending error of the socket, cleared by reading it.</summary>
    public const int OptionError = 4;

    /// <summary>SO_SNDBUF, in bytes; the kernel doubles what is set.</summary>
    public const int OptionSendBuffer = 7;

    /// <summary>SO_RCVBUF, in bytes; the kernel doubles what is set.</summary>
    public const int OptionReceiveBuffer = 8;

    /// <summary>SO_KEEPALIVE.</summary>
    public const int OptionKeepAlive = 9;

    /// <summary>SO_LINGER: struct { int on; int seconds }; {1, 0} makes close send a reset.</summary>
    public const int OptionLinger = 13;

    /// <summary>SO_REUSEPORT.</summary>
    public const int OptionReusePort = 15;

    /// <summary>SO_INCOMING_CPU: the cpu on which the last packet of the socket was processed.</summary>
    public const int OptionIncomingCpu = 49;

    /// <summary>TCP_NODELAY.</summary>
    public const int OptionTcpNoDelay = 1;

    /// <summary>TCP_KEEPIDLE, seconds.</summary>
    public const int OptionTcpKeepIdle = 4;

    /// <summary>TCP_KEEPINTVL, seconds.</summary>
    public const int OptionTcpKeepInterval = 5;

    /// <summary>TCP_KEEPCNT.</summary>
    public const int OptionTcpKeepCount = 6;

    /// <summary>TCP_QUICKACK.</summary>
    public const int OptionTcpQuickAck = 12;

    /// <summary>TCP_CONGESTION: name of the congestion control algorithm.</summary>
    public const int OptionTcpCongestion = 13;

    /// <summary>TCP_USER_TIMEOUT, milliseconds.</summary>
    public const int OptionTcpUserTimeout = 18;

    /// <summary>IPV6_V6ONLY.</summary>
    public const int OptionIpv6Only = 26;
}
