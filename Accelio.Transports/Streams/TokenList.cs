namespace Accelio.Transports.Streams;

/// <summary>Tokens that are due for release but whose sink cannot be called yet. Grows to its working size once.</summary>
internal sealed class TokenList
{
    private SendToken?[] _tokens = new SendToken?[4];

    /// <summary>Number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a token.</summary>
    public void Add(SendToken token)
    {
        if (Count == _tokens.Length)
        {
            Array.Resize(ref _tokens, Count * 2);
        }

        _tokens[Count++] = token;
    }

    /// <summary>Calls the sink once for every token, in the order of adding, for those added meanwhile too.</summary>
    public void Release(Link link, ILinkSink sink)
    {
        for (var i = 0; i < Count; i++)
        {
            var token = _tokens[i]!;
            _tokens[i] = null;
            sink.OnReleased(link, token);
        }

        Count = 0;
    }
}
