using System.Reactive.Concurrency;

namespace Accelio.Reactive;

/// <summary>A stream of what is read of messages at another place.</summary>
internal sealed class HandOff<T>(IObservable<InboundMessage> source, IScheduler to, Func<InboundMessage, T> read) : IObservable<T>
{
    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var queue = new Queue(observer, to, read);
        queue.Start(source);
        return queue;
    }

    private sealed class Queue(IObserver<T> observer, IScheduler to, Func<InboundMessage, T> read) : HandOffQueue(to)
    {
        /// <inheritdoc/>
        protected override void Consume(InboundMessage message)
        {
            T value;
            try
            {
                value = read(message);
            }
            catch (Exception exception)
            {
                // As Select: what the function throws is the end of the query.
                Dispose();
                Finish(exception);
                return;
            }
            finally
            {
                message.Dispose();
            }

            try
            {
                observer.OnNext(value);
            }
            catch (Exception exception)
            {
                Dispose();
                Report(exception);
            }
        }

        /// <inheritdoc/>
        protected override void Finish(Exception? error)
        {
            try
            {
                if (error is null)
                {
                    observer.OnCompleted();
                }
                else
                {
                    observer.OnError(error);
                }
            }
            catch (Exception exception)
            {
                Report(exception);
            }
        }
    }
}
