using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Text;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Requests for a sequence of items, so many at a time (docs/requests-and-handlers.md).</summary>
public abstract class RequestEachRules(Wire wire) : SessionTests(wire)
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(200)]
    public async Task Every_item_has_its_result_whatever_the_window(int concurrency)
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 16);
        var items = Enumerable.Range(0, 100).Select(i => $"item {i}").ToArray();

        var results = await world.Pair.Session
            .RequestEach(items, concurrency, Write, (item, answer) => (Item: item, Answer: ColdWorld.Read(answer)))
            .ToList().ToTask().WaitAsync(Pair.Limit);

        Assert.Equal(items.Order(), results.Select(result => result.Item).Order());
        Assert.All(results, result => Assert.Equal(result.Item, result.Answer));
        await world.AssertGivenUpAsync(0);
    }

    [Fact]
    public async Task No_more_are_under_way_than_asked_for_and_the_next_item_is_asked_for_when_there_is_room()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 16);
        var asked = 0;
        var pushed = 0;
        var most = 0;

        IEnumerable<string> Items()
        {
            for (; asked < 50; asked++)
            {
                most = Math.Max(most, asked - pushed);
                yield return $"item {asked}";
            }
        }

        await world.Pair.Session.RequestEach(Items(), 3, Write, Read).Do(_ => pushed++).ToTask().WaitAsync(Pair.Limit);

        Assert.Equal(50, pushed);
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task Every_subscription_runs_through_the_sequence_and_none_asks_nothing()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 4);
        var stream = world.Pair.Session.RequestEach(["x"], 2, Write, Read);
        Assert.Empty(world.Seen);

        Assert.Equal("x", await stream.ToTask().WaitAsync(Pair.Limit));
        Assert.Equal("x", await stream.ToTask().WaitAsync(Pair.Limit));

        Assert.Equal(["x", "x"], world.Seen);
    }

    [Fact]
    public async Task A_sequence_without_items_completes()
    {
        await using var world = await ColdWorld.OpenAsync(Over);

        Assert.Empty(await world.Pair.Session.RequestEach(Array.Empty<string>(), 8, Write, Read).ToList().ToTask().WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task To_dispose_is_to_give_up_what_is_under_way_at_the_peer_and_to_ask_for_nothing_more()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 4);
        var seen = new List<Notification<string>>();
        var subscription = world.Pair.Session.RequestEach(["slow", "slow", "never"], 2, Write, Read).Materialize().Subscribe(seen.Add);
        await world.ArrivedAsync();
        await world.ArrivedAsync();

        subscription.Dispose();

        await world.AssertGivenUpAsync(2);
        Assert.DoesNotContain("never", world.Seen);
        Assert.Empty(seen);
    }

    [Fact]
    public async Task Take_gives_up_the_rest()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 4);

        // On the context, where Take has its subscription before anything is answered.
        var first = await world.Pair.ClientContext.RunAsync(_ => ValueTask.FromResult(
            world.Pair.Session.RequestEach(["slow", "quick", "never"], 2, Write, Read).Take(1).ToTask()));

        Assert.Equal("quick", await first.WaitAsync(Pair.Limit));

        await world.AssertGivenUpAsync(1);
        Assert.DoesNotContain("never", world.Seen);
    }

    [Fact]
    public async Task The_first_failure_is_the_end_and_gives_up_the_rest()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 4);
        var seen = new List<string>();

        await Assert.ThrowsAsync<RequestFailedException>(
            () => world.Pair.Session.RequestEach(["slow", "fails", "never"], 2, Write, Read).Do(seen.Add).ToTask().WaitAsync(Pair.Limit));

        await world.AssertGivenUpAsync(1);
        Assert.Empty(seen);
        Assert.DoesNotContain("never", world.Seen);
    }

    [Theory]
    [InlineData("sequence")]
    [InlineData("write")]
    [InlineData("read")]
    [InlineData("response buffer")]
    public async Task What_the_callers_code_throws_is_the_end(string place)
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 4);

        IEnumerable<string> Items()
        {
            yield return "slow";
            yield return place == "sequence" ? throw new FormatException("sequence") : "second";
        }

        OutboundMessage WriteOrThrow(string item) => item == "slow" ? Write(item)
            : place == "write" ? throw new FormatException("write")
            : place == "response buffer" ? Write(item) with { ResponseBuffer = new byte[10] }
            : Write(item);

        var result = world.Pair.Session
            .RequestEach(Items(), 2, WriteOrThrow, (item, answer) => item == "slow" ? Read(item, answer) : throw new FormatException("read"))
            .ToTask();
        var error = await Assert.ThrowsAnyAsync<Exception>(() => result.WaitAsync(Pair.Limit));

        Assert.True(place == "response buffer" ? error is ArgumentException : error is FormatException && error.Message == place, error.ToString());
        await world.AssertGivenUpAsync(world.Seen.Contains("slow") ? 1 : 0);
    }

    [Fact]
    public async Task An_observer_that_throws_gets_nothing_more_and_hurts_nobody()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 4);
        var unhandled = world.Pair.ClientContext.UnhandledExceptions.FirstAsync().ToTask();

        using var subscription = world.Pair.Session.RequestEach(["quick", "never"], 1, Write, Read).Subscribe(_ => throw new FormatException("mine"));

        Assert.Equal("mine", (await unhandled.WaitAsync(Pair.Limit)).Message);
        await world.AssertGivenUpAsync(0);
        Assert.DoesNotContain("never", world.Seen);
    }

    [Fact]
    public async Task The_end_of_the_session_is_the_end()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 4);
        var result = world.Pair.Session.RequestEach(["slow"], 1, Write, Read).ToTask();
        await world.ArrivedAsync();

        world.Pair.Session.Dispose();

        await Assert.ThrowsAsync<ConnectionLostException>(() => result.WaitAsync(Pair.Limit));
        await Assert.ThrowsAsync<ConnectionLostException>(() => world.Pair.Session.RequestEach(["late"], 1, Write, Read).ToTask().WaitAsync(Pair.Limit));
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(9000, false)]
    [InlineData(300_000, false)]
    [InlineData(300_000, true)]
    public async Task Memory_may_be_used_for_the_next_item_at_once(int length, bool registered)
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo, server => server.WindowMessages = 3, wire: Over);
        var ordinary = new byte[length];
        RegisteredMemory? memory = null;

        OutboundMessage WriteNumber(int number)
        {
            ordinary.AsSpan().Fill((byte)number);
            if (!registered)
            {
                return ordinary;
            }

            // Registered memory is held, not copied: each message has its own.
            memory?.Dispose();
            memory = pair.ClientContext.RentMemory(length);
            ordinary.CopyTo(memory.Memory);
            return new OutboundMessage(memory);
        }

        var wrong = await pair.Session
            .RequestEach(Enumerable.Range(0, 40), 8, WriteNumber, (number, answer) =>
            {
                var payload = new byte[length];
                answer.CopyTo(payload);
                return answer.PayloadLength == length && payload.AsSpan().IndexOfAnyExcept((byte)number) < 0;
            })
            .Count(isRight => !isRight).ToTask().WaitAsync(Pair.Limit);

        memory?.Dispose();
        Assert.Equal(0, wrong);
        await Until.NothingIsHeldAsync(pair.ClientContext);
    }

    [Fact]
    public async Task Arguments_that_make_no_sense_are_named()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var session = world.Pair.Session;

        Assert.Throws<ArgumentOutOfRangeException>("concurrency", () => session.RequestEach(["x"], 0, Write, Read));
        Assert.Throws<ArgumentNullException>("source", () => session.RequestEach((string[])null!, 1, Write, Read));
        Assert.Throws<ArgumentNullException>("write", () => session.RequestEach<string, string>(["x"], 1, null!, Read));
        Assert.Throws<ArgumentNullException>("read", () => session.RequestEach<string, string>(["x"], 1, Write, null!));
    }

    private static OutboundMessage Write(string item) => Encoding.ASCII.GetBytes(item);

    private static string Read(string item, InboundMessage answer) => ColdWorld.Read(answer);
}
