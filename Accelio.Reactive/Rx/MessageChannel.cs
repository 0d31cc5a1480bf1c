using System.Reactive.Disposables;
using System.Threading.Channels;

namespace Accelio.Reactive;

/// <summary>Messages for readers that come and take: each is retained for the reader, who owns it. What nobody will read is released.</summary>
internal sealed class MessageChannel : IObserver<InboundMessage>, IDisposable
{
    private readonly Channel<InboundMessage> _channel = Channel.CreateUnbounded<InboundMessage>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly SingleAssignmentDisposable _source = new();

    /// <summary>Begins to take the messages of a stream.</summary>
    public MessageChannel(IObservable<InboundMessage> source) => _source.Disposable = source.Subscribe(this);

    /// <summary>Where they are read.</summary>
    public ChannelReader<InboundMessage> Reader => _channel.Reader;

    /// <summary>Nobody reads any more.</summary>
    public void Dispose() => Stop(null);

    /// <summary>Stops when the token fires, as long as there is something to stop.</summary>
    public void StopWith(CancellationToken token)
    {
        if (!token.CanBeCanceled)
        {
            return;
        }

        var registration = token.UnsafeRegister(static (state, fired) => ((MessageChannel)state!).Stop(new OperationCanceledException(fired)), this);
        _ = Reader.Completion.ContinueWith(
            static (_, state) => ((IDisposable)state!).Dispose(),
            registration,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Nobody reads any more: the channel ends, what is unread is released. Any thread.</summary>
    private void Stop(Exception? reason)
    {
        _source.Dispose();
        _channel.Writer.TryComplete(reason);
        while (_channel.Reader.TryRead(out var message))
        {
            message.Dispose();
        }
    }

    /// <inheritdoc/>
    public void OnNext(InboundMessage value)
    {
        var owned = value.Retain();
        if (!_channel.Writer.TryWrite(owned))
        {
            owned.Dispose();
        }
    }

    /// <inheritdoc/>
    public void OnError(Exception error) => _channel.Writer.TryComplete(error);

    /// <inheritdoc/>
    public void OnCompleted() => _channel.Writer.TryComplete();
}
