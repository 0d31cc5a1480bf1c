namespace Accelio.Reactive;

/// <summary>Reading answers for sessions and connections that are not the library's own: those of users' tests.</summary>
internal static class Answers
{
    /// <summary>Reads an answer and ends its lease.</summary>
    public static async ValueTask<T> ReadAsync<T>(ValueTask<InboundMessage> pending, Func<InboundMessage, T> read)
    {
        using var answer = await pending.ConfigureAwait(false);
        return read(answer);
    }
}
