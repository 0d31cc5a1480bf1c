namespace Accelio.Transports.Simulated;

/// <summary>Decides how many bytes a stream moves at once: everything that fits, or seeded pieces that cut frames at every place.</summary>
internal sealed class ChunkPolicy
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private const int ShortPiece = 48;
    private const int MediumPiece = 2048;

    private readonly bool _whole;
    private ulong _state;

    /// <summary>Creates the policy of one direction.</summary>
    /// <param name="seed">Where the sequence of lengths begins; null moves everything that fits.</param>
    /// <param name="stream">Tells the directions and streams of a link apart.</param>
    public ChunkPolicy(int? seed, int stream)
    {
        _whole = seed is null;
        _state = ((ulong)(uint)seed.GetValueOrDefault() << 8) | (uint)stream;
    }

    /// <summary>How many of at most this many bytes to move now; at least 1.</summary>
    public int Next(int available)
    {
        if (_whole || available <= 1)
        {
            return available;
        }

        // SplitMix64: the same lengths on every machine.
        var z = _state += Increment;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        var limit = (z & 7) switch
        {
            0 => ShortPiece,
            1 or 2 => MediumPiece,
            _ => available,
        };
        return 1 + (int)((z >> 3) % (ulong)Math.Min(limit, available));
    }
}
