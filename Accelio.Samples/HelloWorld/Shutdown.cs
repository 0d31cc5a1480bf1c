using System.Runtime.InteropServices;

namespace Accelio.Samples.HelloWorld;

/// <summary>Turns Ctrl-C and SIGTERM into a token, so that what is open is closed in good order.</summary>
internal sealed class Shutdown : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    /// <summary>Begins to listen to the signals.</summary>
    public Shutdown() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    /// <summary>Fires at the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // The process ends by itself, when everything is closed.
        context.Cancel = true;
        _source.Cancel();
    }
}
