using System.CommandLine;
using Accelio.Reactive;
using Accelio.Samples.Chaos;
using Accelio.Samples.HelloWorld;
using Accelio.Samples.Soak;

var root = ChaosCommand.Create();
root.Add(ServeCommand.Create());
root.Add(ClientCommand.Create());
root.Add(FailoverTimeCommand.Create());

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
catch (Exception exception) when (exception is AccelioException or ArgumentException or SoakFailedException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"error: {exception.GetType().Name}: {exception.Message}");
    return 1;
}
