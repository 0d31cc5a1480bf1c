namespace Accelio.Native.Verbs;

/// <summary>enum rdma_cm_event_type.</summary>
internal enum ConnectionEventKind
{
    /// <summary>The address is known, and with it the device.</summary>
    AddressResolved = 0,

    /// <summary>There is no such address.</summary>
    AddressError = 1,

    /// <summary>The way is known.</summary>
    RouteResolved = 2,

    /// <summary>There is no way.</summary>
    RouteError = 3,

    /// <summary>A peer wants to connect.</summary>
    ConnectRequest = 4,

    /// <summary>Only for ids without a queue pair.</summary>
    ConnectResponse = 5,

    /// <summary>Connecting failed.</summary>
    ConnectError = 6,

    /// <summary>The peer does not answer.</summary>
    Unreachable = 7,

    /// <summary>The peer refused.</summary>
    Rejected = 8,

    /// <summary>Connected.</summary>
    Established = 9,

    /// <summary>Disconnected by the peer.</summary>
    Disconnected = 10,

    /// <summary>The device goes away.</summary>
    DeviceRemoval = 11,

    /// <summary>Multicast.</summary>
    MulticastJoin = 12,

    /// <summary>Multicast.</summary>
    MulticastError = 13,

    /// <summary>The address moved to another device.</summary>
    AddressChange = 14,

    /// <summary>The queue pair's number may be used again.</summary>
    TimeWaitExit = 15,
}
