using System.Globalization;
using System.Text;

namespace Accelio.Reactive;

/// <summary>The leases of one context at a moment: <see cref="AccelioContext.GetLeaseReport"/>. Of what other threads do meanwhile it may
/// show a little more or less.</summary>
public sealed class LeaseReport
{
    /// <summary>Creates a report: for fakes in tests.</summary>
    public LeaseReport(string context, long messages, long dropped, bool isAudited, IReadOnlyList<HeldLease> leases)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(leases);
        Context = context;
        Messages = messages;
        Dropped = dropped;
        IsAudited = isAudited;
        Leases = leases;
    }

    /// <summary>Name of the context.</summary>
    public string Context { get; }

    /// <summary>Messages that are held by at least one lease.</summary>
    public long Messages { get; }

    /// <summary>Leases that were dropped without Dispose and taken back, since the context was made.</summary>
    public long Dropped { get; }

    /// <summary>Whether <see cref="AccelioContextOptions.AuditLeases"/> is on, so that <see cref="Leases"/> says who holds what.</summary>
    public bool IsAudited { get; }

    /// <summary>Who holds what since when, the longest first; empty unless <see cref="IsAudited"/>.</summary>
    public IReadOnlyList<HeldLease> Leases { get; }

    /// <summary>The report as text, one line per lease.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Context {Context}: {Messages} messages held, {Dropped} leases dropped without Dispose");
        foreach (var lease in Leases)
        {
            text.AppendLine();
            text.Append(CultureInfo.InvariantCulture, $"  {lease.Holder}: {lease.PayloadLength} bytes of {lease.Session}, ");
            text.Append(CultureInfo.InvariantCulture, $"for {lease.HeldFor}");
        }

        return text.ToString();
    }
}
