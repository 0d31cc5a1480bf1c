namespace Accelio.Samples.FailoverInVirtualTime;

/// <summary>What happened on a day.</summary>
/// <param name="seed">The seed of the day.</param>
internal sealed class Outcome(int seed)
{
    /// <summary>Traders whose session has ended, and who have no other yet.</summary>
    public HashSet<string> Lost { get; } = [];

    public TimeSpan Time { get; set; }

    public int Faults { get; set; }

    public int Sessions { get; set; }

    /// <summary>Times that a session went on over another link.</summary>
    public int Resumptions { get; set; }

    /// <summary>Times that a session, or the trader with another session, went on with another server, or with what had come up in the place of one.</summary>
    public int FailOvers { get; set; }

    public long Requests { get; set; }

    public long Answers { get; set; }

    public long Failures { get; set; }

    /// <summary>Things that happened, each of which is in the hash.</summary>
    public long Happenings { get; set; }

    public string Hash { get; set; } = "";

    public override string ToString() =>
        $"""
        seed        {seed}
        time        {Time}
        faults      {Faults}
        sessions    {Sessions}
        resumptions {Resumptions}
        fail-overs  {FailOvers}
        requests    {Requests}
        answers     {Answers}
        failures    {Failures}
        happenings  {Happenings}
        hash        {Hash}
        """;
}
