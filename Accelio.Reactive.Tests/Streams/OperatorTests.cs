using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Text;
using Accelio.Reactive.Tests.House;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>
/// The table of operators in docs/messages-and-leases.md, row by row: directly on messages an operator is right, or reading what it kept throws; behind Read or Detach it is right. Never wrong.
/// The messages are "1", "2", "3", "4"; each has been seen by all before the next comes.
/// </summary>
public class OperatorTests
{
    private const string Stale = "throws";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_table_in_the_documentation_has_the_rows_that_are_tested_here()
    {
        var rows = MarkdownFile.Read("docs/messages-and-leases.md").TableFor(nameof(OperatorTests)).Select(row => row[0].Replace(' ', '_'));
        var tests = typeof(OperatorTests).GetMethods().Where(method => method.IsDefined(typeof(FactAttribute), false)).Select(method => method.Name);

        Assert.NotEmpty(rows);
        Assert.Empty(rows.Except(tests, StringComparer.OrdinalIgnoreCase));
        Assert.Equal(17, rows.Count());
    }

    [Fact]
    public async Task Where_Select_and_other_operators_that_keep_nothing_are_right()
    {
        Assert.Equal(
            ["2", "3", "3", "4"],
            await RunAsync(messages => messages.Skip(1).Where(m => Text(m) != "x").Merge(messages.Where(m => Text(m) == "3")).TakeWhile(m => Text(m) != "x").Do(_ => { }).Select(Text)));
    }

    [Fact]
    public async Task Buffer()
    {
        Assert.Equal(["throws+2", "throws+4"], await RunAsync(messages => messages.Buffer(2).Select(buffer => Together(buffer.Select(Text)))));
        Assert.Equal(["1+2", "3+4"], await RunAsync(messages => messages.Read(Text).Buffer(2).Select(Together)));
        Assert.Equal(["1+2", "3+4"], await RunAsync(messages => messages.Detach().Buffer(2).Select(buffer => Together(buffer.Select(Text)))));
    }

    [Fact]
    public async Task Window()
    {
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.Window(2).SelectMany(window => window.Select(Text))));
        Assert.Equal(["throws+2", "throws+4", ""], await RunAsync(messages => messages.Window(2).SelectMany(window => window.ToList()).Select(all => Together(all.Select(Text)))));
        Assert.Equal(["1+2", "3+4", ""], await RunAsync(messages => messages.Read(Text).Window(2).SelectMany(window => window.ToList()).Select(Together)));
        Assert.Equal(["1+2", "3+4", ""], await RunAsync(messages => messages.Detach().Window(2).SelectMany(window => window.ToList()).Select(all => Together(all.Select(Text)))));
    }

    [Fact]
    public async Task GroupBy()
    {
        Assert.Equal(["odd 1", "even 2", "odd 3", "even 4"], await RunAsync(messages => messages.GroupBy(IsOdd).SelectMany(group => group.Select(m => $"{Name(group.Key)} {Text(m)}"))));
        Assert.Equal(["throws+throws", "throws+throws"], await RunAsync(messages => messages.GroupBy(IsOdd).SelectMany(group => group.ToList()).Select(all => Together(all.Select(Text)))));
        Assert.Equal(["1+3", "2+4"], await RunAsync(messages => messages.Read(Text).GroupBy(text => text is "1" or "3").SelectMany(group => group.ToList()).Select(Together)));
        Assert.Equal(["1+3", "2+4"], await RunAsync(messages => messages.Detach().GroupBy(m => IsOdd(Text(m))).SelectMany(group => group.ToList()).Select(all => Together(all.Select(Text)))));
    }

    [Fact]
    public async Task ObserveOn()
    {
        var place = new HandScheduler();
        void Step() => place.Run();

        Assert.Equal([Stale, Stale, Stale, Stale], await RunAsync(messages => messages.ObserveOn(place).Select(Text), Step));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.Read(Text).ObserveOn(place), Step));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.Detach().ObserveOn(place).Select(Text), Step));
    }

    [Fact]
    public async Task HandOff_is_ObserveOn_for_messages()
    {
        var place = new HandScheduler();

        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.HandOff(place, Text), () => place.Run(), awaitReceipts: false));
    }

    [Fact]
    public async Task Delay()
    {
        var time = new TestScheduler();
        void Step() => time.AdvanceBy(Second.Ticks);

        Assert.Equal([Stale, Stale, Stale, Stale], await RunAsync(messages => messages.Delay(Second, time).Select(Text), Step));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.Read(Text).Delay(Second, time), Step));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.Detach().Delay(Second, time).Select(Text), Step));
    }

    [Fact]
    public async Task Replay()
    {
        static IObservable<string> Late<T>(IObservable<T> source, IObservable<InboundMessage> until, Func<T, string> text)
        {
            var replay = source.Replay();
            replay.Connect();
            return until.LastAsync().SelectMany(_ => replay.Select(text));
        }

        Assert.Equal([Stale, Stale, Stale, Stale], await RunAsync(messages => Late(messages, messages, Text)));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => Late(messages.Read(Text), messages, text => text)));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => Late(messages.Detach(), messages, Text)));
    }

    [Fact]
    public async Task Publish()
    {
        Assert.Equal(["1", "a1", "2", "a2", "3", "a3", "4", "a4"], await RunAsync(messages => messages.Publish(shared => shared.Select(Text).Merge(shared.Select(m => $"a{Text(m)}")))));
        Assert.Equal(["1", "a1", "2", "a2", "3", "a3", "4", "a4"], await RunAsync(messages => messages.Read(Text).Publish(shared => shared.Merge(shared.Select(text => $"a{text}")))));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.Detach().Publish(shared => shared.Select(Text))));
    }

    [Fact]
    public async Task Zip()
    {
        Assert.Equal(["throws+2", "throws+3", "throws+4"], await RunAsync(messages => messages.Zip(messages.Skip(1), (one, two) => $"{Text(one)}+{Text(two)}")));
        Assert.Equal(["1+2", "2+3", "3+4"], await RunAsync(messages => messages.Read(Text).Zip(messages.Read(Text).Skip(1), (one, two) => $"{one}+{two}")));
        Assert.Equal(["1+2", "2+3", "3+4"], await RunAsync(messages => messages.Detach().Zip(messages.Detach().Skip(1), (one, two) => $"{Text(one)}+{Text(two)}")));
    }

    [Fact]
    public async Task CombineLatest()
    {
        Assert.Equal(
            ["throws+2", "3+throws", "throws+4"],
            await RunAsync(messages => messages.Where(IsOdd).CombineLatest(messages.Where(IsEven), (odd, even) => $"{Text(odd)}+{Text(even)}")));
        Assert.Equal(
            ["1+2", "3+2", "3+4"],
            await RunAsync(messages => messages.Where(IsOdd).Read(Text).CombineLatest(messages.Where(IsEven).Read(Text), (odd, even) => $"{odd}+{even}")));
        Assert.Equal(
            ["1+2", "3+2", "3+4"],
            await RunAsync(messages => messages.Where(IsOdd).Detach().CombineLatest(messages.Where(IsEven).Detach(), (odd, even) => $"{Text(odd)}+{Text(even)}")));
    }

    [Fact]
    public async Task Throttle()
    {
        var time = new TestScheduler();
        void Step() => time.AdvanceBy(Second.Ticks);

        Assert.Equal([Stale, Stale, Stale, Stale], await RunAsync(messages => messages.Throttle(Second, time).Select(Text), Step));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.Read(Text).Throttle(Second, time), Step));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.Detach().Throttle(Second, time).Select(Text), Step));
    }

    [Fact]
    public async Task Sample()
    {
        var time = new TestScheduler();
        void Step() => time.AdvanceBy(Second.Ticks);

        Assert.Equal([Stale, Stale, Stale, Stale], await RunAsync(messages => messages.Sample(Second, time).Select(Text), Step));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.Read(Text).Sample(Second, time), Step));
        Assert.Equal(["1", "2", "3", "4"], await RunAsync(messages => messages.Detach().Sample(Second, time).Select(Text), Step));
    }

    [Fact]
    public async Task Join()
    {
        static IObservable<string> Pairs<T>(IObservable<T> odd, IObservable<T> even, Func<T, string> text) =>
            odd.Join(even, _ => Observable.Never<Unit>(), _ => Observable.Never<Unit>(), (one, two) => $"{text(one)}+{text(two)}");

        Assert.Equal(["throws+2", "3+throws", "throws+4", "throws+4"], await RunAsync(messages => Pairs(messages.Where(IsOdd), messages.Where(IsEven), Text)));
        Assert.Equal(["1+2", "3+2", "1+4", "3+4"], await RunAsync(messages => Pairs(messages.Where(IsOdd).Read(Text), messages.Where(IsEven).Read(Text), text => text)));
        Assert.Equal(["1+2", "3+2", "1+4", "3+4"], await RunAsync(messages => Pairs(messages.Where(IsOdd).Detach(), messages.Where(IsEven).Detach(), Text)));
    }

    [Fact]
    public async Task Scan()
    {
        Assert.Equal(["1", "12", "123", "1234"], await RunAsync(messages => messages.Scan("", (all, m) => all + Text(m))));
        Assert.Equal(["1", "throws2", "throws3", "throws4"], await RunAsync(messages => messages
            .Scan((Previous: default(InboundMessage?), Text: ""), (last, m) => (m, (last.Previous is { } previous ? Text(previous) : "") + Text(m))).Select(last => last.Text)));
        Assert.Equal(["1", "12", "123", "1234"], await RunAsync(messages => messages.Read(Text).Scan((all, text) => all + text)));
        Assert.Equal(["1", "12", "123", "1234"], await RunAsync(messages => messages.Detach().Scan("", (all, m) => all + Text(m))));
    }

    [Fact]
    public async Task DistinctUntilChanged()
    {
        Assert.Equal(["1", "4"], await RunAsync(messages => messages.DistinctUntilChanged(m => Text(m) == "4").Select(Text)));
        Assert.Equal(["1", nameof(ObjectDisposedException)], await RunAsync(messages => messages.DistinctUntilChanged(new SameText()).Select(Text)));
        Assert.Equal(["1", "4"], await RunAsync(messages => messages.Read(m => Text(m) == "4" ? "4" : "1").DistinctUntilChanged()));
        Assert.Equal(["1", "4"], await RunAsync(messages => messages.Detach().DistinctUntilChanged(m => Text(m) == "4").Select(Text)));
    }

    [Fact]
    public async Task SelectMany_with_async()
    {
        static async Task<string> Twice<T>(T message, Func<T, string> text)
        {
            var before = text(message);
            await Task.Yield();
            return $"{before}{text(message)}";
        }

        // What is read before the first await is right. Behind it the callback has returned; the messages are asked one after another, so that the order is certain.
        var after = new TaskCompletionSource(TaskCreationOptions.None);
        Assert.Equal(["1throws"], await RunAsync(messages => messages.Take(1).SelectMany(async m =>
        {
            var before = Text(m);
            await after.Task.ConfigureAwait(false);
            return before + Text(m);
        }), () => after.TrySetResult()));
        Assert.Equal(["11", "22", "33", "44"], (await RunAsync(messages => messages.Read(Text).SelectMany(text => Twice(text, same => same)))).Order());
        Assert.Equal(["11", "22", "33", "44"], (await RunAsync(messages => messages.Detach().SelectMany(m => Twice(m, Text)))).Order());
    }

    [Fact]
    public async Task ToTask()
    {
        // The task completes inside OnNext; whoever awaits it goes on elsewhere, and here certainly after OnNext has returned.
        var after = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task<InboundMessage> Late(Task<InboundMessage> first)
        {
            await after.Task;
            return await first;
        }

        Assert.Equal([Stale], await RunAsync(messages => Waited(Late(messages.FirstAsync().ToTask()), Text), () => after.TrySetResult()));
        Assert.Equal(["1"], await RunAsync(messages => Waited(messages.Read(Text).FirstAsync().ToTask(), text => text)));
        Assert.Equal(["1"], await RunAsync(messages => Waited(messages.Detach().FirstAsync().ToTask(), Text)));
    }

    [Fact]
    public async Task Await()
    {
        Assert.Equal([Stale], await RunAsync(messages => Waited(Await(messages), Text)));
        Assert.Equal(["4"], await RunAsync(messages => Waited(Await(messages.Read(Text)), text => text)));
        Assert.Equal(["4"], await RunAsync(messages => Waited(Await(messages.Detach()), Text)));

        static async Task<T> Await<T>(IObservable<T> source) => await source;
    }

    [Fact]
    public async Task Behind_Retain_every_operator_is_right_and_each_message_has_to_be_disposed()
    {
        Assert.Equal(["1+2", "3+4"], await RunAsync(
            messages => messages.Retain().Buffer(2).Select(buffer =>
            {
                var text = Together(buffer.Select(Text));
                foreach (var message in buffer)
                {
                    message.Dispose();
                }

                return text;
            }),
            awaitReceipts: false));
    }

    /// <summary>Sends the messages through a query and gives what came out of it; <paramref name="step"/> lets time pass, or another place run, behind each.</summary>
    private static async Task<IReadOnlyList<string>> RunAsync(Func<IObservable<InboundMessage>, IObservable<string>> query, Action? step = null, bool awaitReceipts = true)
    {
        using var checks = new StreamChecks();
        var results = new List<string>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync();
        query(pair.Accepted.Messages.CheckedOn(pair.ServerContext, checks)).CheckedBy(checks).Subscribe(
            results.Add,
            error =>
            {
                results.Add(error.GetType().Name);
                ended.SetResult();
            },
            ended.SetResult);
        pair.Accepted.Messages.Subscribe(_ => { });
        for (var i = 1; i <= 4; i++)
        {
            var message = Encoding.ASCII.GetBytes($"{i}");
            if (awaitReceipts)
            {
                // A receipt says that every observer has returned.
                await pair.Session.DeliverAsync(message);
                step?.Invoke();
            }
            else
            {
                await pair.Session.SendAsync(message);
            }
        }

        await pair.Session.DisposeAsync();
        await pair.Accepted.Closed.WaitAsync(Pair.Limit);
        for (var i = 0; i < 4; i++)
        {
            step?.Invoke();
        }

        await ended.Task.WaitAsync(Pair.Limit);
        await Arrivals.NoneHeldAsync(pair.ServerContext);
        return results;
    }

    /// <summary>What a task gives, read long after the message's callback has returned.</summary>
    private static IObservable<string> Waited<T>(Task<T> task, Func<T, string> text) => Observable.FromAsync(async () =>
    {
        var value = await task.ConfigureAwait(false);
        await Task.Yield();
        return text(value);
    });

    private static string Text(InboundMessage message)
    {
        try
        {
            return Encoding.ASCII.GetString(message.Payload);
        }
        catch (ObjectDisposedException)
        {
            return Stale;
        }
    }

    private static string Text(DetachedMessage message) => Encoding.ASCII.GetString(message.Payload.Span);

    private static string Together(IEnumerable<string> texts) => string.Join('+', texts);

    private static bool IsOdd(InboundMessage message) => IsOdd(Text(message));

    private static bool IsEven(InboundMessage message) => !IsOdd(message);

    private static bool IsOdd(string text) => text is "1" or "3";

    private static string Name(bool isOdd) => isOdd ? "odd" : "even";

    /// <summary>Compares what messages say; the one before has been given back by then.</summary>
    private sealed class SameText : IEqualityComparer<InboundMessage>
    {
        public bool Equals(InboundMessage one, InboundMessage other) => one.Payload.FirstSpan.SequenceEqual(other.Payload.FirstSpan);

        public int GetHashCode(InboundMessage message) => message.PayloadLength;
    }
}
