using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Accelio.Samples.Soak;

namespace Accelio.Samples.Chaos;

/// <summary>A machine of its own as far as the network is concerned: a network namespace of Linux, held by a process that ends with this one. Needs root.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const string Switch = "switch";

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

    /// <summary>Puts a switch in here, for cables to others.</summary>
    /// <param name="address">The address of this one at it.</param>
    public void AddSwitch(string address)
    {
        Ip("link", "add", Switch, "type", "bridge");
        Ip("address", "add", $"{address}/24", "dev", Switch);
        Ip("link", "set", Switch, "up");
    }

    /// <summary>Joins another one to the switch by a cable.</summary>
    /// <param name="other">The other one, where the cable is <c>eth0</c>.</param>
    /// <param name="device">The name of this end.</param>
    /// <param name="address">The address of the other one.</param>
    public void Connect(NetworkNamespace other, string device, string address)
    {
        Ip("link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", other._holder.Id.ToString(CultureInfo.InvariantCulture));
        Ip("link", "set", device, "master", Switch, "up");
        other.Ip("address", "add", $"{address}/24", "dev", "eth0");
        other.Ip("link", "set", "eth0", "up");
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
