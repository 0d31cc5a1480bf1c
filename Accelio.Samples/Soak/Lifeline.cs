using System.CommandLine;

namespace Accelio.Samples.Soak;

/// <summary>Processes of a run end with their standard input: when the run closes it, or is killed itself.</summary>
internal static class Lifeline
{
    /// <summary>Given to the processes of a run.</summary>
    public static Option<bool> Option { get; } = new("--child") { Description = "End when standard input ends", Hidden = true };

    /// <summary>A token that fires when it is time to end.</summary>
    public static CancellationToken Watch(ParseResult arguments, CancellationToken shutdown)
    {
        if (!arguments.GetValue(Option))
        {
            return shutdown;
        }

        var source = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        _ = Task.Run(
            async () =>
            {
                while (await Console.In.ReadLineAsync(shutdown) is not null)
                {
                }

                await source.CancelAsync();
            },
            shutdown);
        return source.Token;
    }
}
