using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Accelio.Samples.Soak;

namespace Accelio.Samples.Chaos;

/// <summary>A machine of its own as far as the network is concerned: a network namespace of Linux, held by a process that ends with this one. Needs root.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly Process _holder;

    /// <summary>Makes an empty one.</summary>
    /// <exception cref="UnauthorizedAccessException">The user is not root.</exception>
    public NetworkNamespace()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new UnauthorizedAccessException("A network can be cut by root only: run as root, or leave 'cut' out of --faults.");
        }

        // It ends when its input does.
        _holder = Start("unshare", ["--net", "sh", "-c", "echo here; exec cat"]);
        if (_holder.StandardOutput.ReadLine() != "here")
        {
            throw new SoakFailedException($"no network namespace: {_holder.StandardError.ReadToEnd()}");
        }
    }

    /// <summary>What starts a program in here.</summary>
    public IReadOnlyList<string> Through => ["nsenter", "--net", "--target", _holder.Id.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Joins this one to another by a cable with an address at each end.</summary>
    public void Connect(NetworkNamespace other, string device, string address, string otherAddress)
    {
        Ip("link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", other._holder.Id.ToString(CultureInfo.InvariantCulture));
        foreach (var (end, name, its) in ((NetworkNamespace, string, string)[])[(this, device, address), (other, "eth0", otherAddress)])
        {
            end.Ip("address", "add", $"{its}/30", "dev", name);
            end.Ip("link", "set", name, "up");
        }
    }

    /// <summary>Takes a device down, or up again.</summary>
    public void Set(string device, bool isUp) => Ip("link", "set", device, isUp ? "up" : "down");

    /// <inheritdoc/>
    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
    }

    private static Process Start(string program, IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception exception)
        {
            throw new SoakFailedException($"{program} is missing, which cutting a network needs: install the packages iproute2 and util-linux. {exception.Message}");
        }
    }

    private void Ip(params string[] arguments)
    {
        using var process = Start("nsenter", [.. Through.Skip(1), "ip", .. arguments]);
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new SoakFailedException($"ip {string.Join(' ', arguments)}: {error}");
        }
    }
}
