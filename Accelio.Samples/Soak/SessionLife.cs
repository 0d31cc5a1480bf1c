namespace Accelio.Samples.Soak;

/// <summary>How long a session lives, and how it ends.</summary>
/// <param name="Operations">Messages until its end.</param>
/// <param name="CutsOff">Whether it is cut off in the middle of its traffic then, instead of being closed.</param>
internal sealed record SessionLife(int Operations, bool CutsOff)
{
    private int _begun;

    /// <summary>Whether it has been cut off.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>Takes one of the operations.</summary>
    public bool TryBegin() => !IsCutOff && _begun++ < Operations;
}
