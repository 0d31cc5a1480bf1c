namespace Accelio.Transports.Simulated;

/// <summary>Chance by a seed: the same numbers on every machine (SplitMix64).</summary>
internal sealed class WireRandom
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <summary>Begins a sequence.</summary>
    /// <param name="seed">Where it begins.</param>
    /// <param name="name">Tells sequences of one seed apart.</param>
    public WireRandom(int seed, string name)
    {
        // FNV-1a: string hash codes differ from process to process.
        var hash = 14695981039346656037UL;
        foreach (var character in name)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        _state = hash ^ ((ulong)(uint)seed << 20);
    }

    /// <summary>A number from 0 to one less than the limit; 0 when the limit is not above 0.</summary>
    public long Next(long limit) => limit <= 0 ? 0 : (long)(Draw() % (ulong)limit);

    /// <summary>Whether something happens that happens with a probability.</summary>
    public bool Happens(double probability) => probability > 0 && (Draw() >> 11) * (1.0 / (1UL << 53)) < probability;

    private ulong Draw()
    {
        var z = _state += Increment;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
