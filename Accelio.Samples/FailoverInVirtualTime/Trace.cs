using System.Globalization;
using System.Reactive.Concurrency;
using System.Security.Cryptography;
using System.Text;

namespace Accelio.Samples.FailoverInVirtualTime;

/// <summary>Everything that happens, as a hash: what, where, and at which tick. All of it on one thread.</summary>
/// <param name="scheduler">The time.</param>
internal sealed class Trace(IScheduler scheduler) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly byte[] _line = new byte[4096];

    /// <summary>How many things happened.</summary>
    public long Count { get; private set; }

    /// <summary>Something happens.</summary>
    /// <exception cref="InvalidOperationException">It does on another thread than the one that lets the time pass.</exception>
    public void Tell(string who, string what)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException($"'{who} {what}' happens on another thread: what is done when is chance then.");
        }

        Count++;
        var line = string.Create(CultureInfo.InvariantCulture, $"{scheduler.Now.Ticks} {who} {what}\n");
        _hash.AppendData(_line.AsSpan(0, Encoding.UTF8.GetBytes(line, _line)));
    }

    /// <summary>The hash so far.</summary>
    public string GetHash() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
