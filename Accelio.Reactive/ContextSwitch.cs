using System.Runtime.CompilerServices;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>What <see cref="AccelioContext.SwitchTo"/> returns: awaiting it goes on on the context's thread, at once if the await is there already.</summary>
public readonly struct ContextSwitch : ICriticalNotifyCompletion, IEquatable<ContextSwitch>
{
    private readonly Poller? _poller;
    private readonly bool _isOptional;

    internal ContextSwitch(Poller poller, bool isOptional = false)
    {
        _poller = poller;
        _isOptional = isOptional;
    }

    /// <summary>Back to the context that calls, for the end of a method that leaves it; wherever it is when that context is gone by then, and for callers on no context.</summary>
    internal static ContextSwitch ToCaller => Poller.Current is { } poller ? new ContextSwitch(poller, isOptional: true) : default;

    /// <summary>Whether the caller is on the context already.</summary>
    public bool IsCompleted => _poller is null || _poller.IsCurrent;

    /// <summary>For the compiler.</summary>
    public ContextSwitch GetAwaiter() => this;

    /// <summary>For the compiler.</summary>
    public void GetResult()
    {
        if (_poller is { IsCurrent: false } && !_isOptional)
        {
            throw new ObjectDisposedException(_poller.Options.Name, "The context was disposed; nothing can be run on it any more.");
        }
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation)
    {
        var context = ExecutionContext.Capture();
        UnsafeOnCompleted(context is null ? continuation : () => ExecutionContext.Run(context, static state => ((Action)state!)(), continuation));
    }

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation)
    {
        var item = new ActionItem(continuation, _poller);
        if (!_poller!.Post(item))
        {
            PoolResumption.Queue(item);
        }
    }

    /// <inheritdoc/>
    public bool Equals(ContextSwitch other) => ReferenceEquals(_poller, other._poller);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ContextSwitch other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _poller?.GetHashCode() ?? 0;

    /// <summary>Whether both go to the same context.</summary>
    public static bool operator ==(ContextSwitch left, ContextSwitch right) => left.Equals(right);

    /// <summary>Whether they go to different contexts.</summary>
    public static bool operator !=(ContextSwitch left, ContextSwitch right) => !left.Equals(right);
}
