using System.Globalization;
using Accelio.Samples.Soak;

namespace Accelio.Samples.Chaos;

/// <summary>Where a server runs: one process after the other at one address, and what happens to them.</summary>
internal sealed class ServerHost : IDisposable
{
    // How often a server is started before the run gives up: its port may be in use for a moment.
    private const int MaxStarts = 20;

    private readonly NetworkNamespace? _network;
    private readonly Func<(int Number, string Book)> _next;
    private readonly ChaosOptions _options;
    private ChildProcess? _process;

    /// <summary>Makes a host.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="network">Its network; null is that of the machine.</param>
    /// <param name="next">Gives every process a number and a book.</param>
    /// <param name="options">The run.</param>
    public ServerHost(string address, NetworkNamespace? network, Func<(int Number, string Book)> next, ChaosOptions options)
    {
        _network = network;
        _next = next;
        _options = options;
        Url = new Uri($"tcp://{address}:0");
    }

    /// <summary>Where its servers listen; the first one chooses the port.</summary>
    public Uri Url { get; private set; }

    /// <summary>Whether something is being done to it, or needs it as it is.</summary>
    public bool IsDisturbed { get; private set; }

    /// <summary>Sessions that have moved from here to other servers.</summary>
    public int Moved { get; private set; }

    /// <summary>Sessions that stayed, and ended with their server.</summary>
    public int Stayed { get; private set; }

    /// <summary>Whether its server has ended without having been told to.</summary>
    public bool HasFailed => !IsDisturbed && _process is { HasFailed: true };

    /// <summary>Starts a server.</summary>
    public async Task StartAsync()
    {
        for (var start = 1; ; start++)
        {
            var (number, book) = _next();
            _process = new ChildProcess(
                _network?.Through ?? [],
                $"server {number}",
                [
                    "serve", "--url", Url.OriginalString, "--book", book, "--number", number.ToString(CultureInfo.InvariantCulture),
                    "--clients", _options.Clients.ToString(CultureInfo.InvariantCulture), "--contexts", _options.Contexts.ToString(CultureInfo.InvariantCulture), $"--resume={_options.Resume}",
                ]);
            try
            {
                Url = new Uri((await _process.ReadLineAsync()).Replace("listening ", string.Empty, StringComparison.Ordinal));
                return;
            }
            catch (SoakFailedException) when (start < MaxStarts)
            {
                _process.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    /// <summary>Lets something happen to it, and makes it good after a while.</summary>
    /// <param name="fault">What.</param>
    /// <param name="time">How long it lasts.</param>
    /// <param name="other">Where its sessions go, if they move; nothing else happens there meanwhile.</param>
    public async Task DisturbAsync(FaultKind fault, TimeSpan time, ServerHost? other)
    {
        IsDisturbed = true;
        switch (fault)
        {
            case FaultKind.Kill:
                _process!.Kill();
                _process.Dispose();
                await Task.Delay(time / 4);
                await StartAsync();
                break;
            case FaultKind.Stop:
                _process!.Pause(true);
                await Task.Delay(time);
                _process.Pause(false);
                break;
            case FaultKind.Move:
                other!.IsDisturbed = true;
                Count(await _process!.AskAsync(other.Url.OriginalString));
                await StopAsync();
                _process.Dispose();
                other.IsDisturbed = false;
                await StartAsync();
                break;
            default:
                _network!.Set("eth0", isUp: false);
                await Task.Delay(time);
                _network.Set("eth0", isUp: true);
                break;
        }

        IsDisturbed = false;
    }

    private void Count(string answer)
    {
        if (answer.Split(' ') is not ["moved", var moved, "of", var all])
        {
            throw new SoakFailedException($"the sessions of {Url} should have moved: {answer}");
        }

        Moved += int.Parse(moved, CultureInfo.InvariantCulture);
        Stayed += int.Parse(all, CultureInfo.InvariantCulture) - int.Parse(moved, CultureInfo.InvariantCulture);
    }

    /// <summary>Ends its server in good order.</summary>
    public Task StopAsync() => _process!.StopAsync();

    /// <summary>What its server had to say when it failed.</summary>
    public Task<string> DescribeFailureAsync() => _process!.DescribeFailureAsync();

    /// <inheritdoc/>
    public void Dispose()
    {
        _process?.Dispose();
        _network?.Dispose();
    }
}
