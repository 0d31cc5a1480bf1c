using System.Runtime.InteropServices;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>What a context lends: memory, and its eyes on descriptors of the host.</content>
internal sealed partial class PollerContext
{
    /// <inheritdoc/>
    public override RegisteredMemory RentMemory(int length)
    {
        DemandMemory();
        return RegisteredMemory.Rent(length);
    }

    /// <inheritdoc/>
    public override RegisteredMemory RegisterMemory(Memory<byte> memory)
    {
        DemandMemory();
        if (memory.IsEmpty)
        {
            throw new ArgumentException("There is no memory of length 0 to register. Give the bytes that messages shall be sent from.", nameof(memory));
        }

        return new RegisteredMemory(memory);
    }

    /// <inheritdoc/>
    public override IDisposable Watch(SafeHandle descriptor, PollEvents events, Action<PollEvents> callback)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        ArgumentNullException.ThrowIfNull(callback);
        if (events == PollEvents.None || (events & ~(PollEvents.Readable | PollEvents.Writable)) != 0)
        {
            throw new ArgumentException($"{events} cannot be watched for: ask for Readable, Writable or both; Closed is told anyway.", nameof(events));
        }

        Poller.DemandCaller();
        if (Poller.Sockets is not SocketReactor)
        {
            throw Poller.Sockets is null
                ? new InvalidOperationException("A context on a scheduler has no descriptors. Watch on AccelioContext.Start() or Manual().")
                : new PlatformNotSupportedException("The portable engine watches its own sockets only. Watch on a context with TcpEngine.Epoll, on Linux.");
        }

        if (IsDisposed)
        {
            throw Disposed("it watches nothing any more");
        }

        var watch = new DescriptorWatch(this, descriptor, events, callback);
        if (!watch.Start())
        {
            watch.Dispose();
            throw Disposed("it watches nothing any more");
        }

        return watch;
    }

    /// <summary>Takes a block of the context's memory, with one hold. Any thread.</summary>
    public Slab RentSlab(long length) => Poller.IsCurrent ? Poller.Memory.Rent(length) : SharedMemory.Rent(length) ?? throw NoMemory();

    private void DemandMemory()
    {
        if (IsDisposed)
        {
            throw NoMemory();
        }
    }

    private ObjectDisposedException NoMemory() => Disposed("no memory can be had of it any more");
}
