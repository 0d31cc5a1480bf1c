using System.Diagnostics;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Accelio.Reactive;

namespace Accelio.Samples.Perf;

/// <summary>
/// Keeps so many requests in flight and measures: a warm-up, then the window. The loops live on one context, whose connections they use, and where their awaits come back to, so plain fields do; or, if asked, on the thread pool
/// with one in flight. Nothing is allocated per message.
/// </summary>
internal sealed class LoadRunner(IReadOnlyList<AccelioSession> sessions, int size, int header, int depth, bool verify, bool awaits)
{
    private const int ClockInterval = 128;
    private const int LargeSize = 8192;
    private readonly Histogram _latency = new();
    private readonly RateWindows _windows = new();
    private readonly OutboundMessage _message = new(new byte[size]) { Header = new byte[header] };
    private long _warmUntil;
    private long _endsAt;
    private long _limit;
    private long _duration;
    private long _done;
    private long _doneBefore;
    private long _inWindow;
    private long _next;
    private long _began;
    private long _ended;
    private bool _measures;
    private bool _stops;
    private long _allocated;
    private int _collections;
    private TimeSpan _cpu;

    /// <summary>Runs for some seconds, or for exactly so many messages (without warm-up).</summary>
    public async Task<RunResult> RunAsync(string mode, string url, AccelioContext context, double seconds, long? count, bool fromPool)
    {
        _duration = (long)(seconds * 1e9);
        _limit = count ?? long.MaxValue;
        _done = _doneBefore = _next = 0;
        _measures = _stops = false;
        _latency.Clear();
        _windows.Clear();
        _warmUntil = count is null ? Now() + 250_000_000 : 0;
        if (count is not null)
        {
            BeginWindow(Now());
        }

        if (fromPool)
        {
            await Task.Run(() => StartLoop(sessions[0]));
        }
        else
        {
            await context.RunAsync(async _ =>
            {
                await Task.WhenAll(sessions.SelectMany(StartLoops));
            });
        }

        if (count is not null)
        {
            EndWindow(Now());
        }

        var messages = _inWindow;
        return new RunResult
        {
            Mode = mode,
            Url = url,
            Size = size,
            Header = header,
            Depth = depth,
            Connections = sessions.Count,
            Seconds = (_ended - _began) / 1e9,
            Messages = messages,
            PeakMessagesPerSecond = Math.Round(_windows.Peak()),
            P50us = _latency.Percentile(0.5),
            P90us = _latency.Percentile(0.9),
            P99us = _latency.Percentile(0.99),
            P999us = _latency.Percentile(0.999),
            Maxus = _latency.Maximum / 1000.0,
            AllocatedBytesPerMessage = Math.Round((double)_allocated / Math.Max(1, messages), 3),
            GcCollections = _collections,
            CpuSeconds = Math.Round(_cpu.TotalSeconds, 3),
        };
    }

    /// <summary>What several measured at the same time, one on each context.</summary>
    public static RunResult Merge(IReadOnlyList<LoadRunner> runners, IReadOnlyList<RunResult> results)
    {
        if (results.Count == 1)
        {
            return results[0];
        }

        var latency = runners[0]._latency;
        foreach (var runner in runners.Skip(1))
        {
            latency.Add(runner._latency);
        }

        var messages = results.Sum(result => result.Messages);
        return results[0] with
        {
            Connections = results.Sum(result => result.Connections),
            Seconds = results.Max(result => result.Seconds),
            Messages = messages,
            PeakMessagesPerSecond = results.Sum(result => result.PeakMessagesPerSecond),
            P50us = latency.Percentile(0.5),
            P90us = latency.Percentile(0.9),
            P99us = latency.Percentile(0.99),
            P999us = latency.Percentile(0.999),
            Maxus = latency.Maximum / 1000.0,

            // Counted for the whole process.
            AllocatedBytesPerMessage = Math.Round((double)runners[0]._allocated / Math.Max(1, messages), 3),
        };
    }

    // One stream of requests that never runs dry, or as many loops that await theirs as requests are to be in flight.
    private IEnumerable<Task> StartLoops(AccelioSession session) => verify || awaits
        ? Enumerable.Range(0, depth).Select(_ => StartLoop(session))
        : [session.RequestEach(Times(), depth, _ => _message, (sent, _) => Count(sent)).LastOrDefaultAsync().ToTask()];

    private Task StartLoop(AccelioSession session) => verify ? VerifyingLoopAsync(session) : LoopAsync(session);

    // When each request was sent, or 0 for those that are not timed.
    private IEnumerable<long> Times()
    {
        while (!_stops && _next < _limit)
        {
            yield return IsTimed(_next++) ? Now() : 0;
        }
    }

    private long Count(long sent)
    {
        _done++;
        if (sent != 0)
        {
            Note(sent, Now());
        }

        return _done;
    }

    private async Task LoopAsync(AccelioSession session)
    {
        while (!_stops && _next < _limit)
        {
            var number = _next++;
            var sent = IsTimed(number) ? Now() : 0;
            await session.RequestAsync(_message, static answer => answer.PayloadLength);
            Count(sent);
        }
    }

    private async Task VerifyingLoopAsync(AccelioSession session)
    {
        var body = new byte[size];
        var head = new byte[header];
        var message = new OutboundMessage(body) { Header = head };
        long number = 0;
        Func<InboundMessage, int> read = answer =>
        {
            answer.TryGetSpan(out var payload);
            Pattern.Check(payload, number, size, "the body");
            Pattern.Check(answer.Header.Span, number, header, "the header");
            return payload.Length;
        };
        while (!_stops && _next < _limit)
        {
            number = _next++;
            Pattern.Fill(body, number);
            Pattern.Fill(head, number);
            var sent = IsTimed(number) ? Now() : 0;
            await session.RequestAsync(message, read);
            _done++;
            if (sent != 0)
            {
                Note(sent, Now());
            }
        }
    }

    private bool IsTimed(long number) => depth == 1 || size > LargeSize || number % ClockInterval == 0;

    private void Note(long sent, long now)
    {
        if (_measures)
        {
            _latency.Add(now - sent);
            _windows.Note(now, _done);
            if (now >= _endsAt && !_stops)
            {
                _stops = true;
                EndWindow(now);
            }
        }
        else if (now >= _warmUntil)
        {
            BeginWindow(now);
        }
    }

    private void BeginWindow(long now)
    {
        _measures = true;
        _allocated = GC.GetTotalAllocatedBytes(precise: true);
        _collections = GC.CollectionCount(0);
        _cpu = Environment.CpuUsage.TotalTime;
        _doneBefore = _done;
        _began = Now();
        _endsAt = _limit == long.MaxValue ? _began + _duration : long.MaxValue;
    }

    private void EndWindow(long now)
    {
        _ended = now;
        _inWindow = _done - _doneBefore;
        _allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocated;
        _collections = GC.CollectionCount(0) - _collections;
        _cpu = Environment.CpuUsage.TotalTime - _cpu;
    }

    private static long Now() => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);
}
