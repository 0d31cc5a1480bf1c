namespace Accelio.Reactive;

/// <summary>
/// Memory that the peer of one connection may read or write by itself, while this side's handlers see nothing of it: see <see cref="AccelioConnection.Share"/>. It is shared until this object is disposed of, or
/// the connection has ended; the registered memory is held for so long. What the peer writes is there once its call has completed, not in any order before. Any thread.
/// </summary>
public sealed class SharedMemory : IDisposable, IAsyncDisposable
{
    private readonly SharedRegions _regions;
    private readonly RegisteredMemory _memory;
    private readonly Signal _letGo;

    // Takes over one hold on the memory.
    internal SharedMemory(SharedRegions regions, in MemoryToken token, RegisteredMemory memory, int start, PollerContext context)
    {
        _regions = regions;
        _memory = memory;
        _letGo = new Signal(context);
        Token = token;
        Window = new RegisteredMemory(memory.Held.Slice(start, (int)token.Length)) { OnLetGo = LetGo };
    }

    /// <summary>What the peer must know, by a message of yours.</summary>
    public MemoryToken Token { get; }

    /// <summary>What the peer's operations go through: its holds are theirs.</summary>
    internal RegisteredMemory Window { get; }

    /// <summary>Shares the memory no more: what the peer asks from now on fails with <see cref="AccelioStatus.StaleToken"/>. What is under way goes on, and holds the memory until it has ended.</summary>
    public void Dispose()
    {
        _regions.Remove(this);
        Window.Dispose();
    }

    /// <summary>The same; completes when what was under way has ended, and nobody reads or writes the memory any more.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return _letGo.WaitAsync();
    }

    private void LetGo()
    {
        _memory.EndHold();
        _letGo.Set();
    }
}
