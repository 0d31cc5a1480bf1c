using System.CommandLine;
using Accelio.Reactive;
using Accelio.Samples.HelloWorld;

namespace Accelio.Samples.Perf;

/// <summary>The options that several commands share.</summary>
internal sealed class CommonOptions
{
    public Option<Uri> Url { get; } = new("--url")
    {
        Description = "Where the server listens, for example tcp://127.0.0.1:2061",
        Required = true,
        CustomParser = UrlArgument.Parse,
    };

    public Option<int?> Cpu { get; } = new("--cpu") { Description = "The processor that the context is pinned to" };

    public Option<int> Contexts { get; } = new("--contexts") { Description = "Contexts, pinned to processors that follow each other if --cpu is given", DefaultValueFactory = _ => 1 };

    public Option<double?> Spin { get; } = new("--spin") { Description = "Microseconds to look for work before blocking; 0 blocks at once, -1 never blocks" };

    public Option<TcpEngine> Engine { get; } = new("--engine") { Description = "How tcp:// bytes are moved" };

    public Option<bool> Dual { get; } = new("--dual") { Description = "Use two sockets, as C clients do by default" };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object on the last line" };

    /// <summary>The options of every client command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Url);
        command.Add(Cpu);
        command.Add(Spin);
        command.Add(Engine);
        command.Add(Dual);
        command.Add(Json);
    }

    /// <summary>Starts the contexts that the options describe.</summary>
    public ContextSet StartContexts(ParseResult arguments, string name) =>
        new([.. Enumerable.Range(0, Math.Max(1, arguments.GetValue(Contexts))).Select(i => StartContext(arguments, $"{name}-{i}", i))]);

    /// <summary>Starts one context.</summary>
    public AccelioContext StartContext(ParseResult arguments, string name, int number = 0)
    {
        var options = new AccelioContextOptions { Name = name, Cpu = arguments.GetValue(Cpu) + number, TcpEngine = arguments.GetValue(Engine) };
        if (arguments.GetValue(Spin) is { } microseconds)
        {
            options.SpinTime = microseconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMicroseconds(microseconds);
        }

        return AccelioContext.Start(options);
    }
}
