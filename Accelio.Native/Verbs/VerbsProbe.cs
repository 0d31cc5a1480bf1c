using System.Runtime.InteropServices;
using Accelio.Native.Linux;

namespace Accelio.Native.Verbs;

/// <summary>Whether this machine has RDMA, and if not, why: a value, never a crash. Nothing is loaded before it is asked.</summary>
internal static class VerbsProbe
{
    /// <summary>Looks at the machine. Any thread; takes milliseconds, so the answer is kept by the caller.</summary>
    public static VerbsFindings Look()
    {
        var findings = new VerbsFindings { IsKnownSystem = OperatingSystem.IsLinux() && Environment.Is64BitProcess };
        if (!findings.IsKnownSystem)
        {
            return findings;
        }

        foreach (var library in (ReadOnlySpan<string>)[VerbsCalls.Library, ConnectionCalls.Library])
        {
            if (!NativeLibrary.TryLoad(library, out _))
            {
                return findings with { MissingLibrary = library };
            }
        }

        var listed = VerbsDevice.Count(out var devices);
        if (devices == 0)
        {
            return findings with { ListResult = listed };
        }

        var made = EventChannel.Create(out var channel);
        channel?.Dispose();
        return findings with { Devices = devices, ChannelResult = made };
    }

    /// <summary>Null when RDMA can be used, else a sentence that says why not and what would help.</summary>
    public static string? Explain(in VerbsFindings findings) => findings switch
    {
        { IsKnownSystem: false } => Because("this is not 64-bit Linux"),
        { MissingLibrary: { } library } => Because($"{library} cannot be loaded. Install rdma-core (on Debian: apt-get install "
            + "ibverbs-providers librdmacm1)"),
        { Devices: 0, ListResult: not 0 and not -Errno.NoDevice and not -Errno.NotImplemented and not -Errno.NoEntry } =>
            Because($"the devices cannot be listed: {Errno.Describe(findings.ListResult)}"),
        { Devices: 0 } => Because("there is no RDMA device. Load the driver of the network card, or 'modprobe rdma_rxe' and "
            + "'rdma link add rxe0 type rxe netdev eth0' to have one in software"),
        { ChannelResult: not 0 } => Because("/dev/infiniband/rdma_cm cannot be opened: "
            + $"{Errno.Describe(findings.ChannelResult)}. 'modprobe rdma_ucm' provides it; in a container the devices of "
            + "/dev/infiniband must be passed in"),
        _ => null,
    };

    private static string Because(string reason) => $"rdma is not available here, because {reason}.";
}
