using System.Collections.Concurrent;
using Xunit;

namespace Accelio.Reactive.Tests.Support;

/// <summary>
/// What every stream must keep to, watched while a test runs: OnNext calls of one observer never overlap, callbacks of one context never nest, nothing follows the end, and, if a context is named,
/// everything happens there. <see cref="Dispose"/> fails the test that saw anything else.
/// </summary>
internal sealed class StreamChecks : IDisposable
{
    [ThreadStatic]
    private static int _callbacks;

    private readonly ConcurrentQueue<string> _violations = new();

    /// <summary>What was seen.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>Enters a violation.</summary>
    public void Report(string violation) => _violations.Enqueue(violation);

    /// <inheritdoc/>
    public void Dispose() => Assert.True(_violations.IsEmpty, string.Join('\n', _violations.Distinct()));

    /// <summary>An observer between a stream and another observer.</summary>
    /// <param name="inner">Gets everything.</param>
    /// <param name="checks">Where violations go.</param>
    /// <param name="context">Where the calls belong, or null for anywhere.</param>
    /// <param name="isSource">Whether the stream is the library's own: then no callback may run inside another.</param>
    internal sealed class Observer<T>(IObserver<T> inner, StreamChecks checks, AccelioContext? context, bool isSource) : IObserver<T>
    {
        private int _inside;
        private int _ended;

        public void OnNext(T value) => Call("OnNext", ends: false, () => inner.OnNext(value));

        public void OnError(Exception error) => Call("OnError", ends: true, () => inner.OnError(error));

        public void OnCompleted() => Call("OnCompleted", ends: true, inner.OnCompleted);

        private void Call(string name, bool ends, Action call)
        {
            if (Interlocked.Exchange(ref _inside, 1) != 0)
            {
                checks.Report($"{name} of {typeof(T).Name} while another call of the same observer runs");
            }

            if (Volatile.Read(ref _ended) != 0)
            {
                checks.Report($"{name} of {typeof(T).Name} after the end");
            }

            if (context is not null && !ReferenceEquals(AccelioContext.Current, context))
            {
                checks.Report($"{name} of {typeof(T).Name} on {AccelioContext.Current?.Name ?? "no context"}, not on {context.Name}");
            }

            if (isSource && _callbacks != 0)
            {
                checks.Report($"{name} of {typeof(T).Name} inside another callback");
            }

            _callbacks += isSource ? 1 : 0;
            if (ends)
            {
                Volatile.Write(ref _ended, 1);
            }

            try
            {
                call();
            }
            finally
            {
                _callbacks -= isSource ? 1 : 0;
                Volatile.Write(ref _inside, 0);
            }
        }
    }
}
