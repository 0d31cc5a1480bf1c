using System.Globalization;

namespace Accelio.Transports.Wire;

/// <summary>Words for <see cref="StatusCode"/> values that come from a peer.</summary>
internal static class StatusCodes
{
    /// <summary>The largest code of the protocol.</summary>
    public const StatusCode Last = StatusCode.ResponseBufferSizeMismatch;

    /// <summary>Whether the value is one of the protocol's codes; success is not.</summary>
    public static bool IsProtocolCode(uint status) => status is >= (uint)StatusCode.NotSupported and <= (uint)Last;

    /// <summary>
    /// The name of the code, "errno n" for Linux error numbers, the bare number for anything else. For messages and logs, not for the data
    /// path.
    /// </summary>
    public static string Describe(uint status) => status == 0 || IsProtocolCode(status)
        ? ((StatusCode)status).ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{(status < (uint)StatusCode.NotSupported ? "errno " : "status ")}{status}");
}
