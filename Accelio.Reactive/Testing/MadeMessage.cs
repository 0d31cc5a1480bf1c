using System.Buffers;

namespace Accelio.Reactive;

/// <summary>What test messages and test requests share: the bytes, and the message over them.</summary>
internal sealed class MadeMessage : IMadeMessage
{
    private static readonly MessagePool Pool = new(StoppedPoller.Instance);
    private readonly byte[] _bytes;
    private AccelioSession? _session;

    public MadeMessage(in OutboundMessage sent)
    {
        var headerLength = sent.Header.Length;
        _bytes = GC.AllocateUninitializedArray<byte>(checked(headerLength + (int)sent.Payload.Length), pinned: true);
        sent.Header.CopyTo(_bytes);
        sent.Payload.CopyTo(_bytes.AsSpan(headerLength));
        Core = new MessageCore(Pool, StoppedPoller.Instance);
        Core.BeginMade(this, _bytes, headerLength, sent.Options);
        Version = Core.Version;
    }

    /// <summary>The message.</summary>
    public MessageCore Core { get; }

    /// <summary>The version of its handles.</summary>
    public int Version { get; }

    /// <inheritdoc/>
    public AccelioSession? Session
    {
        get => _session ?? Connection?.Session;
        set => _session = value;
    }

    /// <inheritdoc/>
    public AccelioConnection? Connection { get; set; }

    /// <summary>Hears of the answer.</summary>
    public Action<TestAnswer>? Answered { get; set; }

    /// <inheritdoc/>
    public void OnAnswered(in OutboundMessage response, AccelioStatus status, string? text) =>
        Answered?.Invoke(new TestAnswer(status, response.Header.ToArray(), response.Payload.ToArray(), text));

    /// <summary>Lends the message to a callback as a stream does.</summary>
    public void Lend<T>(IObserver<T> observer, T handle)
    {
        ArgumentNullException.ThrowIfNull(observer);
        Core.Demand(Version);
        Core.IsShared = true;
        try
        {
            observer.OnNext(handle);
        }
        finally
        {
            Core.IsShared = false;
            Core.Release(Version);
        }
    }
}
