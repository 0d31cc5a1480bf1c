namespace Accelio.Transports.Wire;

/// <summary>What SETUP_RSP answers (wire protocol, section 10.2).</summary>
internal enum SessionAction : ushort
{
    /// <summary>The session exists; with portals its connections go there.</summary>
    Accept = 1,

    /// <summary>Ask again at another portal.</summary>
    Redirect = 2,

    /// <summary>No session.</summary>
    Reject = 3,
}
