using System.Globalization;
using System.Net.Sockets;
using Accelio.Native.Linux;

namespace Accelio.Transports.Rdma;

/// <summary>Why memory, or what holds memory, could not be registered.</summary>
internal static class RdmaMemoryLimit
{
    /// <summary>An exception for memory that a device does not take.</summary>
    /// <param name="result">The negated error number.</param>
    /// <param name="length">Bytes that were to be registered.</param>
    /// <param name="device">The device's name.</param>
    public static TransportException Explain(int result, long length, string device)
    {
        _ = ResourceLimits.GetLockedMemory(out var limit);
        return new TransportException(Explain(result, length, device, limit), Errno.ToSocketError(result));
    }

    /// <summary>The words.</summary>
    internal static string Explain(int result, long length, string device, ulong limit)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{length} bytes of memory could not be registered with {device}: {Errno.Describe(result)}.");
        return result == -Errno.NoMemory && limit != ulong.MaxValue
            ? what + string.Create(
                CultureInfo.InvariantCulture,
                $" The process may lock {limit} bytes: raise the limit (ulimit -l, LimitMEMLOCK= of a service, --ulimit memlock=-1 of a container)")
                + " or hold fewer links and smaller bodies."
            : what;
    }
}
