using System.IO.MemoryMappedFiles;

namespace Accelio.Samples.Chaos;

/// <summary>
/// How often a server process executed each request: a byte for each, in a file that is mapped into memory, so that it survives the process whatever ends it. Written on any context.
/// </summary>
internal sealed class ServerBook : IDisposable
{
    /// <summary>Requests of one client that there is room for; what is not written takes no place on the disk.</summary>
    public const long Capacity = 1 << 26;

    private readonly Lock _gate = new();
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Opens the book of a server.</summary>
    public ServerBook(string path, int clients)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, clients * Capacity);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>A request is executed.</summary>
    public void Add(int client, long serial)
    {
        var place = (client * Capacity) + serial;
        lock (_gate)
        {
            _view.Write(place, (byte)Math.Min(_view.ReadByte(place) + 1, byte.MaxValue));
        }
    }

    /// <summary>Reads how often the first requests of a client were executed.</summary>
    public static void Read(string path, int client, Span<byte> counts)
    {
        using var file = File.OpenHandle(path);
        counts.Clear();
        RandomAccess.Read(file, counts, client * Capacity);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
