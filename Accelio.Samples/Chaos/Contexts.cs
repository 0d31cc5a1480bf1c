using Accelio.Reactive;

namespace Accelio.Samples.Chaos;

/// <summary>The contexts of a process.</summary>
internal static class Contexts
{
    /// <summary>Starts some, does something with them, and ends them.</summary>
    /// <param name="name">What their names begin with.</param>
    /// <param name="count">How many.</param>
    /// <param name="work">What is done with them.</param>
    public static async Task RunAsync(string name, int count, Func<AccelioContext[], Task> work)
    {
        AccelioContext[] contexts = [.. Enumerable.Range(0, count).Select(i => AccelioContext.Start(new AccelioContextOptions { Name = $"{name}.{i}" }))];
        try
        {
            await work(contexts);
        }
        finally
        {
            foreach (var context in contexts)
            {
                await context.DisposeAsync();
            }
        }
    }
}
