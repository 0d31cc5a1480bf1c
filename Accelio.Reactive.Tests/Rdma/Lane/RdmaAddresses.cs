using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>Two addresses that reach each other over RDMA: what ACCELIO_RDMA_ADDRESSES says, else those of the network interfaces that devices of this machine belong to; of one, twice the same.</summary>
internal static class RdmaAddresses
{
    private static readonly IPAddress[] All = Find();

    public static IPAddress Client => All[0];

    public static IPAddress Server => All[^1];

    private static IPAddress[] Find()
    {
        if (Environment.GetEnvironmentVariable("ACCELIO_RDMA_ADDRESSES") is { } given)
        {
            return [.. given.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)];
        }

        var interfaces = Directory.EnumerateDirectories("/sys/class/infiniband")
            .SelectMany(device => Directory.EnumerateFiles(Path.Combine(device, "ports/1/gid_attrs/ndevs")))
            .Select(TryRead)
            .ToHashSet();
        var found = NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => interfaces.Contains(card.Name))
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(address => address.Address)
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork)
            .Take(2)
            .ToArray();
        return found.Length > 0 ? found : throw new InvalidOperationException("No RDMA device here has an IPv4 address. Give two in ACCELIO_RDMA_ADDRESSES.");
    }

    // Entries that are not in use cannot be read.
    private static string? TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
