namespace Accelio.Transports.Wire;

/// <summary>
/// The portals in a SETUP_RSP: for each a 2-byte length and a complete uri, not terminated (wire protocol, section 10.2). Checked when the
/// answer was parsed.
/// </summary>
internal readonly ref struct PortalList
{
    private readonly ReadOnlySpan<byte> _entries;

    private PortalList(ReadOnlySpan<byte> entries, int count)
    {
        _entries = entries;
        Count = count;
    }

    /// <summary>Number of portals.</summary>
    public int Count { get; }

    /// <summary>
    /// Checks and keeps the first <paramref name="count"/> portals of <paramref name="bytes"/>; false when they are not all there or one is
    /// empty.
    /// </summary>
    /// <param name="bytes">What follows the fixed fields.</param>
    /// <param name="count">The number claimed.</param>
    /// <param name="list">The portals; they lie in <paramref name="bytes"/>, so the list costs nothing however many are claimed.</param>
    /// <param name="length">Bytes of all portals.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, int count, out PortalList list, out int length)
    {
        var reader = new SpanReader(bytes);
        for (var i = 0; i < count; i++)
        {
            int portalLength = reader.ReadUInt16();
            reader.ReadBytes(portalLength);
            if (reader.Failed || portalLength == 0)
            {
                list = default;
                length = 0;
                return false;
            }
        }

        length = bytes.Length - reader.Remaining;
        list = new PortalList(bytes[..length], count);
        return true;
    }

    /// <summary>Walks the portals in their order.</summary>
    public Enumerator GetEnumerator() => new(_entries);

    /// <summary>Position in a list.</summary>
    public ref struct Enumerator
    {
        private SpanReader _reader;

        /// <summary>Starts in front of the first portal.</summary>
        internal Enumerator(ReadOnlySpan<byte> entries) => _reader = new SpanReader(entries);

        /// <summary>The portal's uri.</summary>
        public ReadOnlySpan<byte> Current { get; private set; }

        /// <summary>Goes to the next portal.</summary>
        public bool MoveNext()
        {
            if (_reader.Remaining == 0)
            {
                return false;
            }

            Current = _reader.ReadBytes(_reader.ReadUInt16());
            return true;
        }
    }
}
