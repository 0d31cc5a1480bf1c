using System.Diagnostics;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// Keeps account of the leases of one context: how many messages are held, how many leases were dropped without Dispose, and, when it
/// audits, who holds which since when. Any thread. Auditing takes a lock and walks the stack per lease; without it nothing is done per
/// message.
/// </summary>
internal sealed class LeaseLedger(PollerContext context, bool isAuditing)
{
    private readonly HashSet<LeaseRecord> _records = [];
    private readonly DropReport _dropReport = new(context);
    private long _dropped;

    /// <summary>Whether leases are entered.</summary>
    public bool IsAuditing => isAuditing;

    /// <summary>Enters a message (without a holder), or a lease of a caller.</summary>
    public LeaseRecord Enter(MessageCore core, string? holder)
    {
        var record = new LeaseRecord(this, core, holder, context.TimeProvider.GetTimestamp());
        lock (_records)
        {
            _records.Add(record);
        }

        return record;
    }

    /// <summary>Strikes an entry out; a second time does nothing.</summary>
    public void Leave(LeaseRecord record)
    {
        lock (_records)
        {
            _records.Remove(record);
        }
    }

    /// <summary>A caller has dropped its lease. The finalizer's thread.</summary>
    public void OnDropped(MessageCore core, LeaseRecord? record)
    {
        Interlocked.Increment(ref _dropped);
        var holder = record?.Holder ?? "AuditLeases of the context's options names who had it";
        _dropReport.Add($"{core.Session?.Uri ?? "no session"}, {core.PayloadLength} bytes, {holder}");
    }

    /// <summary>The present state.</summary>
    public LeaseReport Report()
    {
        LeaseRecord[] records;
        lock (_records)
        {
            records = [.. _records];
        }

        var leases = new List<HeldLease>();
        foreach (var message in records)
        {
            if (message.Holder is not null)
            {
                leases.Add(Describe(message, message.Holder));
            }
            else if (message.Core.IsLent)
            {
                leases.Add(Describe(message, "the library: an observer or handler is at it, or it waits for one"));
            }
            else if (!Array.Exists(records, other => other.Holder is not null && ReferenceEquals(other.Core, message.Core)))
            {
                leases.Add(Describe(message, "its memory is pinned: it is being sent, or a MemoryHandle was not disposed of"));
            }
        }

        leases.Sort(static (one, other) => other.HeldFor.CompareTo(one.HeldFor));
        return new LeaseReport(context.Name, context.Messages.Held, Interlocked.Read(ref _dropped), isAuditing, leases);
    }

    /// <summary>The first caller outside of the library and the framework, for people; empty when there is none.</summary>
    public static string FindCaller()
    {
        foreach (var frame in new StackTrace(fNeedFileInfo: false).GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is { DeclaringTypeName: { } type } method && !IsOurs(method.DeclaringAssemblyName))
            {
                return Name(type, method.Name);
            }
        }

        return "a caller without a frame of its own";
    }

    private static bool IsOurs(string assembly) =>
        assembly.StartsWith("System.", StringComparison.Ordinal)
        || assembly.StartsWith("Accelio.Reactive,", StringComparison.Ordinal)
        || assembly.StartsWith("Accelio.Transports,", StringComparison.Ordinal);

    // Asynchronous methods and lambdas are compiled into types and methods with angle brackets: what stands innermost between them is what
    // the user wrote.
    private static string Name(string type, string method)
    {
        var whole = $"{type}.{method}";
        var compiled = whole.IndexOf('<', StringComparison.Ordinal);
        if (compiled < 0)
        {
            return whole;
        }

        for (var i = compiled; i + 1 < whole.Length; i++)
        {
            if (whole[i] == '<' && whole[i + 1] is not ('<' or '>') && whole.IndexOf('>', i) is var end and > 0)
            {
                return $"{whole[..compiled].TrimEnd('+', '.')}.{whole[(i + 1)..end]}";
            }
        }

        return whole;
    }

    private HeldLease Describe(LeaseRecord record, string holder) => new(
        record.Core.Session?.Uri ?? string.Empty,
        record.Core.PayloadLength,
        holder,
        context.TimeProvider.GetElapsedTime(record.Since));

    /// <summary>Writes the line for the log: one for all leases that one collection has found.</summary>
    private sealed class DropReport(PollerContext context) : WorkItem
    {
        private readonly Lock _gate = new();
        private int _count;
        private string _last = string.Empty;

        public void Add(string description)
        {
            lock (_gate)
            {
                _last = description;
                if (++_count > 1)
                {
                    return;
                }
            }

            if (!context.Poller.Post(this))
            {
                Execute();
            }
        }

        /// <inheritdoc/>
        public override void Execute()
        {
            int count;
            string last;
            lock (_gate)
            {
                count = _count;
                last = _last;
                _count = 0;
            }

            AccelioLog.LeasesDropped(context.Log, context.Name, count, last);
        }
    }
}
