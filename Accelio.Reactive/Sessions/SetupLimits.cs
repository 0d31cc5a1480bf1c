using System.Text;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>Checks what the application puts into the messages that set a session up. They have room for 3840 bytes (wire protocol, section 10).</summary>
internal static class SetupLimits
{
    /// <summary>The most bytes that an application may send along with a request for a session or its answer; the fixed fields and the extensions need the rest.</summary>
    public const int MaxPrivateData = 3700;

    /// <summary>The most bytes of a URI and private data together.</summary>
    public const int MaxRequest = SessionSetupRequest.MaxLength - SessionSetupRequest.FixedSize;

    /// <summary>A copy of private data that fits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is too long.</exception>
    public static byte[] CopyPrivateData(ReadOnlyMemory<byte> data, string name) => data.Length <= MaxPrivateData
        ? data.ToArray()
        : throw new ArgumentOutOfRangeException(name, data.Length, $"Private data is longer than {MaxPrivateData} bytes; send more in a message.");

    /// <summary>Checks that a URI and the private data that goes with it fit a request for a session.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void CheckRequest(string uri, ReadOnlyMemory<byte> privateData, string name)
    {
        var length = Encoding.UTF8.GetByteCount(uri) + privateData.Length;
        if (length > MaxRequest)
        {
            throw new ArgumentException(
                $"The URI and the private data take {length} bytes together, and a request for a session has room for {MaxRequest}; shorten them, or send more in a message.", name);
        }
    }

    /// <summary>The text of portals as it goes into an answer.</summary>
    /// <exception cref="ArgumentException">There is none, one is not complete, or they are too long.</exception>
    public static ReadOnlyMemory<byte>[] EncodePortals(IReadOnlyList<Uri> portals, string name)
    {
        ArgumentNullException.ThrowIfNull(portals, name);
        if (portals.Count == 0)
        {
            throw new ArgumentException("The list names no portal; give at least one URI.", name);
        }

        var encoded = new ReadOnlyMemory<byte>[portals.Count];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var portal = portals[i];
            if (portal is not { IsAbsoluteUri: true, Host.Length: > 0, Port: > 0 })
            {
                throw new ArgumentException($"Portal {i}, '{portal}', is not a complete URI with a port; write it as tcp://host:port/resource.", name);
            }

            encoded[i] = Encoding.UTF8.GetBytes(portal.OriginalString);
            length += sizeof(ushort) + encoded[i].Length;
        }

        return length <= MaxPrivateData
            ? encoded
            : throw new ArgumentException($"The list of portals takes {length} bytes, more than {MaxPrivateData}; name fewer.", name);
    }
}
