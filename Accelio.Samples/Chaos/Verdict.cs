using System.Text.Json.Serialization;

namespace Accelio.Samples.Chaos;

/// <summary>What the books of clients and servers say when they are laid side by side.</summary>
internal sealed record Verdict
{
    /// <summary>Requests that were made.</summary>
    public long Requests { get; set; }

    /// <summary>Answered rightly.</summary>
    public long Answered { get; set; }

    /// <summary>Failed, and the client was told that they may have been executed.</summary>
    public long FailedMaybe { get; set; }

    /// <summary>Those of them that were.</summary>
    public long FailedExecuted { get; set; }

    /// <summary>Failed, and the client was told that they were not executed.</summary>
    public long FailedBefore { get; set; }

    /// <summary>Executed more than once by one server process. Must be 0, as everything that follows.</summary>
    public long ExecutedTwice { get; set; }

    /// <summary>Without an end.</summary>
    public long NeverEnded { get; set; }

    /// <summary>With more than one end.</summary>
    public long EndedTwice { get; set; }

    /// <summary>Answered with other bytes, or by a server that did not execute them.</summary>
    public long WrongAnswers { get; set; }

    /// <summary>Executed, though the client was told that they were not.</summary>
    public long WronglyDenied { get; set; }

    /// <summary>Executed, though no client ever made them.</summary>
    public long NeverMade { get; set; }

    /// <summary>Whether everything is as it must be, and something was answered at all.</summary>
    [JsonIgnore]
    public bool IsGood => Answered > 0 && ExecutedTwice + NeverEnded + EndedTwice + WrongAnswers + WronglyDenied + NeverMade == 0;
}
