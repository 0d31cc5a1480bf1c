using Accelio.Reactive.Tests.Support;

namespace Accelio.Reactive.Tests.Misuse;

/// <summary>One thread of a run: does one thing after the other, chosen by its seed, and keeps an eye on how its calls end.</summary>
internal sealed partial class Misuser(MisuseRun run, int seed)
{
    private const int MostPending = 60;
    private readonly Random _random = new(seed);
    private readonly List<(Task Call, string Name)> _pending = [];
    private readonly Queue<RegisteredMemory> _memories = new();
    private int _number;

    private static readonly (string Name, int Weight, Action<Misuser> Do)[] All =
    [
        ("open a session", 3, misuser => misuser.Begin(misuser.OpenAsync)),
        ("dispose of a session at once", 1, misuser => misuser.CutOff()),
        ("close a session", 1, misuser => misuser.Begin(misuser.CloseAsync)),
        ("subscribe to messages", 8, misuser => misuser.Observe()),
        ("hand messages off", 3, misuser => misuser.HandOff()),
        ("enumerate messages", 2, misuser => misuser.Begin(misuser.EnumerateAsync)),
        ("subscribe to what tells", 3, misuser => misuser.ObserveEvents()),
        ("handle requests", 5, misuser => misuser.Handle()),
        ("observe requests", 3, misuser => misuser.ObserveRequests()),
        ("dispose of a subscription", 12, misuser => misuser.Unsubscribe()),
        ("send", 12, misuser => misuser.Begin(misuser.SendAsync)),
        ("send by a writer", 6, misuser => misuser.Begin(misuser.WriteAsync)),
        ("try to send", 6, misuser => misuser.TrySend()),
        ("deliver", 6, misuser => misuser.Begin(misuser.DeliverAsync)),
        ("request and read", 14, misuser => misuser.Begin(misuser.RequestAsync)),
        ("request and own", 10, misuser => misuser.Begin(misuser.OwnAsync)),
        ("subscribe to a cold request", 6, misuser => misuser.RequestCold()),
        ("run a batch and abort it", 3, misuser => misuser.Begin(misuser.BatchAsync)),
        ("abort by a tag", 2, misuser => misuser.Begin(misuser.AbortTagAsync)),
        ("abort a range", 2, misuser => misuser.Begin(misuser.AbortRangeAsync)),
        ("drain", 1, misuser => misuser.Begin(misuser.DrainAsync)),
        ("abort by id", 3, misuser => misuser.Begin(misuser.AbortAsync)),
        ("use a message that others hold", 10, misuser => misuser.UseHeld()),
        ("give a message back, twice", 10, misuser => misuser.GiveBack()),
        ("forget a message", 1, misuser => misuser.Forget()),
        ("pass a message on", 4, misuser => misuser.Begin(misuser.PassOnAsync)),
        ("answer late", 8, misuser => misuser.Begin(misuser.AnswerAsync)),
    ];

    private static readonly int TotalWeight = All.Sum(deed => deed.Weight);

    /// <summary>Everything that is done.</summary>
    public static IEnumerable<string> DeedNames => All.Select(deed => deed.Name);

    /// <summary>Goes on until the token fires.</summary>
    public void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && run.Strange.IsEmpty)
        {
            var at = _random.Next(TotalWeight);
            var (name, _, act) = All.First(deed => (at -= deed.Weight) < 0);
            run.Deeds.AddOrUpdate(name, 1, static (_, count) => count + 1);
            Try(name, () => act(this));
            _pending.RemoveAll(pending => pending.Call.IsCompleted);
            if (_pending.Count > MostPending)
            {
                Task.WaitAny([.. _pending.Select(pending => pending.Call)], CancellationToken.None);
            }
        }
    }

    /// <summary>Completes when every call has ended.</summary>
    public async Task FinishAsync()
    {
        foreach (var (call, name) in _pending)
        {
            await Until.TrueAsync(() => call.IsCompleted, () => $"this call has not ended: {name}");
        }

        foreach (var memory in _memories)
        {
            memory.Dispose();
        }
    }

    private void Begin(Func<Task> call) => _pending.Add((WatchAsync(call), call.Method.Name));

    private async Task WatchAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception exception)
        {
            run.Judge(call.Method.Name, exception);
        }
    }

    private void Try(string name, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            run.Judge(name, exception);
        }
    }

    private bool OneIn(int count) => _random.Next(count) == 0;

    private AccelioSession Session => run.Ends.TryLookAt(_random, out var session) ? session : throw new PlannedException();

    private OutboundMessage Message()
    {
        var number = NextNumber();
        var length = _random.Next(8) switch { 0 => 9000 + _random.Next(30_000), 1 => 70_000 + _random.Next(200_000), _ => sizeof(int) + _random.Next(300) };
        var body = Body.Of(number, length);
        return (OneIn(5) ? Registered(body) : new OutboundMessage(body)) with
        {
            Header = OneIn(4) ? new byte[_random.Next(20)] : default,
            Tag = _random.Next(4),
            Timeout = OneIn(3) ? TimeSpan.FromMilliseconds(1 + _random.Next(50)) : null,
            Options = OneIn(4) ? MessageOptions.RequestReceipt : MessageOptions.None,
        };
    }

    /// <summary>The body in memory of the library, which is given up after some more of them, whatever is on its way by then.</summary>
    private OutboundMessage Registered(byte[] body)
    {
        var memory = run.Contexts[_random.Next(2)].RentMemory(body.Length);
        body.CopyTo(memory.GetSpan());
        _memories.Enqueue(memory);
        if (_memories.Count > _random.Next(6))
        {
            // Perhaps the very one that is about to be sent: then the call refuses it.
            _memories.Dequeue().Dispose();
        }

        return OneIn(2) ? new OutboundMessage(memory) : new OutboundMessage(memory.Memory);
    }

    private int NextNumber() => (seed << 24) + (++_number & 0xFFFFFF);

    /// <summary>A token that has fired, fires soon, or never does.</summary>
    private CancellationToken Token() => _random.Next(6) switch
    {
        0 => new CancellationToken(canceled: true),
        1 or 2 => new CancellationTokenSource(TimeSpan.FromMilliseconds(_random.Next(10))).Token,
        _ => CancellationToken.None,
    };
}
