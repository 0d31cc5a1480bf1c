namespace Accelio.Samples.Soak;

/// <summary>What a client has done, printed when it ends in good order.</summary>
internal sealed record ClientReport
{
    /// <summary>Requests whose answers were right.</summary>
    public long Requests { get; set; }

    /// <summary>One-way messages, with receipts or without.</summary>
    public long Messages { get; set; }

    /// <summary>Bytes of both.</summary>
    public long Bytes { get; set; }

    /// <summary>Calls given up by their token.</summary>
    public long Canceled { get; set; }

    /// <summary>Sessions opened.</summary>
    public long Sessions { get; set; }

    /// <summary>Sessions cut off in the middle of their traffic.</summary>
    public long Disconnects { get; set; }

    /// <summary>The call that took longest.</summary>
    public long SlowestMilliseconds { get; set; }

    /// <summary>The sum of two reports.</summary>
    public static ClientReport operator +(ClientReport one, ClientReport other) => new()
    {
        Requests = one.Requests + other.Requests,
        Messages = one.Messages + other.Messages,
        Bytes = one.Bytes + other.Bytes,
        Canceled = one.Canceled + other.Canceled,
        Sessions = one.Sessions + other.Sessions,
        Disconnects = one.Disconnects + other.Disconnects,
        SlowestMilliseconds = Math.Max(one.SlowestMilliseconds, other.SlowestMilliseconds),
    };
}
