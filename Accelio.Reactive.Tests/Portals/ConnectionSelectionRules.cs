using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Portals;

/// <summary>Which connection of a session a message goes out on.</summary>
public class ConnectionSelectionRules() : SessionTests(Sessions.Wire.SimulatedSlots())
{
    [Fact]
    public async Task Nearest_takes_the_connection_of_the_callers_context()
    {
        await using var world = await OpenAsync(ConnectionSelection.Nearest);

        foreach (var context in world.Portals.ClientContexts)
        {
            var used = await context.RunAsync(async _ =>
            {
                await world.Session.RequestAsync(new byte[1], answer => answer.PayloadLength);
                return await world.UsedAsync();
            });
            Assert.Equal(context, used.Single());
        }
    }

    [Fact]
    public async Task Nearest_takes_turns_for_callers_from_elsewhere()
    {
        await using var world = await OpenAsync(ConnectionSelection.Nearest);

        await world.RequestAsync(3);

        Assert.Equal(3, (await world.UsedAsync()).Distinct().Count());
    }

    [Fact]
    public async Task Round_robin_takes_one_after_another()
    {
        await using var world = await OpenAsync(ConnectionSelection.RoundRobin);

        await world.RequestAsync(6);

        var used = await world.UsedAsync();
        Assert.Equal(3, used.Distinct().Count());
        Assert.Equal(used.Take(3), used.Skip(3));
    }

    [Fact]
    public async Task Messages_with_the_same_key_go_out_on_one_connection_in_their_order()
    {
        await using var world = await OpenAsync(ConnectionSelection.RoundRobin);
        var arrived = new List<int>();
        var all = new TaskCompletionSource();
        using var observing = world.Accepted.Messages.Subscribe(message =>
        {
            arrived.Add(message.PayloadLength);
            if (arrived.Count == 200)
            {
                all.SetResult();
            }
        });

        for (var i = 0; i < 200; i++)
        {
            await world.Session.SendAsync(new OutboundMessage(new byte[i]) { Key = 42 });
        }

        await all.Task.WaitAsync(Pair.Limit);
        Assert.Equal(Enumerable.Range(0, 200), arrived);
    }

    [Fact]
    public async Task Keys_spread_over_the_connections_and_stay_when_another_connection_goes()
    {
        await using var world = await OpenAsync(ConnectionSelection.RoundRobin);
        var before = await world.PlacesOfKeysAsync(60);
        Assert.Equal(3, before.Distinct().Count());

        var gone = world.Portals.ClientContexts[2];
        await gone.DisposeAsync();
        await Until.TrueAsync(() => world.Session.Connections.Count == 2, () => $"{world.Session.Connections.Count} connections");

        var after = await world.PlacesOfKeysAsync(60);
        Assert.Equal(2, after.Distinct().Count());
        Assert.All(before.Zip(after), pair => Assert.True(pair.First == pair.Second || pair.First == gone));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_busy_connection_is_avoided(bool byTwoChoices)
    {
        await using var world = await OpenAsync(byTwoChoices ? ConnectionSelection.PowerOfTwoChoices : ConnectionSelection.LeastOutstanding);
        var busy = world.Session.Connections[0];
        var held = Enumerable.Range(0, 5).Select(_ => busy.RequestAsync(SelectionWorld.HoldMe, answer => answer.PayloadLength).AsTask()).ToArray();
        await Until.TrueAsync(() => busy.OutstandingMessages == 5, () => $"{busy.OutstandingMessages} under way");

        await world.RequestAsync(24);

        var used = await world.UsedAsync();
        Assert.DoesNotContain(busy.Context, used);
        Assert.Equal(2, used.Distinct().Count());
        world.Release();
        await Task.WhenAll(held).WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task A_choice_of_ones_own_sees_the_connections_the_message_and_its_turn()
    {
        var own = new Own((connections, message, turn) =>
        {
            Assert.Equal(3, connections);
            Assert.Equal(1, message);
            return (int)(2 - (turn % 2));
        });
        await using var world = await OpenAsync(own);

        await world.RequestAsync(4);

        var contexts = world.Session.Connections.Select(connection => connection.Context).ToArray();
        Assert.Equal([contexts[2], contexts[1], contexts[2], contexts[1]], await world.UsedAsync());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public async Task A_choice_that_is_none_of_the_connections_comes_out_of_the_call(int choice)
    {
        await using var world = await OpenAsync(new Own((_, _, _) => choice));

        var mistake = await Assert.ThrowsAsync<InvalidOperationException>(() => world.RequestAsync(1));

        Assert.Contains($"connection {choice} of 3", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_choice_throws_comes_out_of_the_call_and_the_session_goes_on()
    {
        var throws = true;
        await using var world = await OpenAsync(new Own((_, _, _) => throws ? throw new InvalidTimeZoneException("no choice") : 0));

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => world.RequestAsync(1));

        throws = false;
        await world.RequestAsync(1);
    }

    private Task<SelectionWorld> OpenAsync(ConnectionSelection selection) => SelectionWorld.OpenAsync(Over, selection);

    private sealed class Own(Func<int, int, long, int> choose) : ConnectionSelection
    {
        public override int Select(ReadOnlySpan<AccelioConnection> connections, in OutboundMessage message, long turn) =>
            choose(connections.Length, (int)message.Payload.Length, turn);
    }
}
