namespace Accelio.Transports.Streams;

/// <summary>Tokens that are due for release but whose sink cannot be called yet. Grows to its working size once.</summary>
internal sealed class TokenList
{
    private SendToken?[] _tokens = new SendToken?[4];
    private int _first;
    private int _end;

    /// <summary>Whether none is due.</summary>
    public bool IsEmpty => _first == _end;

    /// <summary>Adds a token.</summary>
    public void Add(SendToken token)
    {
        if (_end == _tokens.Length)
        {
            Array.Resize(ref _tokens, _end * 2);
        }

        _tokens[_end++] = token;
    }

    /// <summary>Calls the sink once for every token, in the order of adding, for those added meanwhile too. A sink that throws has had
    /// its call.</summary>
    public void Release(Link link, ILinkSink sink)
    {
        while (_first < _end)
        {
            var token = _tokens[_first]!;
            _tokens[_first++] = null;
            sink.OnReleased(link, token);
        }

        _first = _end = 0;
    }
}
