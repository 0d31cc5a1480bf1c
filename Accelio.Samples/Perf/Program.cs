using System.CommandLine;
using Accelio.Reactive;
using Accelio.Samples.HelloWorld;
using Accelio.Samples.Perf;

var root = new RootCommand("Measures Accelio sessions: a server to measure against, and clients that measure.")
{
    ServeCommand.Create(),
    LoadCommand.Create("lat", "Latency: one message in flight"),
    LoadCommand.Create("rate", "Rate: several messages in flight"),
    OnewayCommand.Create(),
    DriveCommand.Create(),
    ConnectCommand.Create(),
};

// Ctrl-C and SIGTERM are orderly ends; the command line library would make them failures.
using var shutdown = new Shutdown();
var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
try
{
    return await root.Parse(args).InvokeAsync(configuration, shutdown.Token);
}
catch (OperationCanceledException) when (shutdown.Token.IsCancellationRequested)
{
    return 0;
}
catch (SessionRejectedException exception)
{
    await Console.Error.WriteLineAsync($"rejected: {exception.Message}");
    return 3;
}
catch (VerificationException exception)
{
    await Console.Error.WriteLineAsync($"verification failed: {exception.Message}");
    return 4;
}
catch (Exception exception) when (exception is AccelioException or ArgumentException or PlatformNotSupportedException)
{
    await Console.Error.WriteLineAsync($"error: {exception.Message}");
    return 1;
}
