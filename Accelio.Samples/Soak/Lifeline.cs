using System.CommandLine;

namespace Accelio.Samples.Soak;

/// <summary>Processes of a run end with their standard input: when the run closes it, or is killed itself.</summary>
internal static class Lifeline
{
    /// <summary>Given to the processes of a run.</summary>
    public static Option<bool> Option { get; } = new("--child") { Description = "End when standard input ends", Hidden = true };

    /// <summary>A token that fires when it is time to end.</summary>
    /// <param name="arguments">Whether this is a process of a run.</param>
    /// <param name="shutdown">Fires when the user wants the end.</param>
    /// <param name="onLine">What the run says until then.</param>
    public static CancellationToken Watch(ParseResult arguments, CancellationToken shutdown, Action<string>? onLine = null)
    {
        if (!arguments.GetValue(Option))
        {
            return shutdown;
        }

        var source = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        _ = Task.Run(
            async () =>
            {
                while (await Console.In.ReadLineAsync(shutdown) is { } line)
                {
                    onLine?.Invoke(line);
                }

                await source.CancelAsync();
            },
            shutdown);
        return source.Token;
    }
}
