namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Bytes in, bytes out, without allocating once it has grown.</summary>
internal sealed class ByteList
{
    private byte[] _bytes = new byte[4096];
    private int _start;
    private int _end;

    public int Length => _end - _start;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _end < bytes.Length)
        {
            var grown = Length + bytes.Length > _bytes.Length ? new byte[(Length + bytes.Length) * 2] : _bytes;
            Span.CopyTo(grown);
            (_bytes, _end, _start) = (grown, Length, 0);
            if (_bytes.Length - _end < bytes.Length)
            {
                Array.Resize(ref _bytes, (_end + bytes.Length) * 2);
            }
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    public void Drop(int length)
    {
        _start += length;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    public byte[] TakeAll()
    {
        var all = Span.ToArray();
        Drop(all.Length);
        return all;
    }
}
