using System.CommandLine;
using Accelio.Reactive;
using Accelio.Samples.HelloWorld;
using Accelio.Samples.Perf;
using Accelio.Samples.Soak;

var root = SoakCommand.Create();
root.Add(ServeCommand.Create());
root.Add(ClientCommand.Create());

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
catch (Exception exception) when (exception is AccelioException or VerificationException or ArgumentException or SoakFailedException)
{
    await Console.Error.WriteLineAsync($"error: {exception.GetType().Name}: {exception.Message}");
    return 1;
}
