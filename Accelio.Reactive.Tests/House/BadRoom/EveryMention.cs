using System.Runtime.InteropServices;

namespace Accelio.Reactive.Tests.House.BadRoom;

/// <summary>Mentions what a room may be forbidden to mention, in every place where code can: the checker must find each of them. Never run.</summary>
internal sealed class EveryMention : TimeProvider
{
    private readonly Timer? _timer;

    public EveryMention(Timer? timer) => _timer = timer;

    public override string ToString() => _timer is null ? "none" : "one";

    internal static int InSignature(List<CancellationToken> tokens) => tokens.Count;

    internal static bool InLocal()
    {
        Stream? stream = null;
        ReadOnlySpan<Stream?> both = [stream, stream];
        return both[0] == both[1];
    }

    internal static void InCatch(Action action)
    {
        try
        {
            action();
        }
        catch (IOException)
        {
        }
    }

    internal static bool InConstraint<T>(T value)
        where T : Stream => value is null;

    internal static long InCall() => DateTime.UtcNow.Ticks;

    internal static Func<long> InLambda() => () => DateTime.UtcNow.Ticks;

    internal static IEnumerable<object> InIterator()
    {
        yield return new Random(1);
    }

    internal static async void InAsync() => await Task.Yield();

    [DllImport("libc")]
    internal static extern int getppid();
}
