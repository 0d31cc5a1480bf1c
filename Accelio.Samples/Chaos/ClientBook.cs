using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Accelio.Samples.Chaos;

/// <summary>How the requests of a client ended, and which server process answered: four bytes for each, in a file. Written on the client's context only.</summary>
internal sealed class ClientBook : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private long _last = -1;

    /// <summary>Opens the book of a client.</summary>
    public ClientBook(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, ServerBook.Capacity * sizeof(int));
        _view = _file.CreateViewAccessor();
    }

    /// <summary>A request begins.</summary>
    /// <returns>Its number; they begin at 0.</returns>
    public long Begin()
    {
        if (++_last == ServerBook.Capacity)
        {
            throw new InvalidOperationException($"the books have room for {ServerBook.Capacity} requests of each client: let the run be shorter");
        }

        _view.Write(_last * sizeof(int), (int)CallEnd.Open);
        return _last;
    }

    /// <summary>A request has ended.</summary>
    public void End(long serial, CallEnd end, int server = 0)
    {
        var isOpen = _view.ReadInt32(serial * sizeof(int)) == (int)CallEnd.Open;
        _view.Write(serial * sizeof(int), (int)(isOpen ? end : CallEnd.Twice) | (server << 8));
    }

    /// <summary>All requests of a book.</summary>
    public static List<(CallEnd End, int Server)> Read(string path)
    {
        using var file = File.OpenHandle(path);
        var calls = new List<(CallEnd, int)>();
        var buffer = new int[1 << 16];
        for (var position = 0L; ; position += buffer.Length * sizeof(int))
        {
            RandomAccess.Read(file, MemoryMarshal.AsBytes(buffer.AsSpan()), position);
            foreach (var call in buffer)
            {
                if (call == 0)
                {
                    return calls;
                }

                calls.Add(((CallEnd)(call & 0xFF), call >> 8));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
