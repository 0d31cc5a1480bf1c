using Accelio.Transports.Memory;
using Xunit;

namespace Accelio.Reactive.Tests.Memory;

public class ReceiveBudgetTests
{
    [Fact]
    public void Bytes_are_taken_all_or_none_up_to_the_limit()
    {
        var budget = new ReceiveBudget(100);

        Assert.True(budget.TryTake(60));
        Assert.False(budget.TryTake(41));
        Assert.True(budget.TryTake(40));
        Assert.False(budget.TryTake(1));
        Assert.True(budget.TryTake(0));

        Assert.Equal(100, budget.Taken);
        Assert.Equal(100, budget.Limit);
    }

    [Fact]
    public void Returned_bytes_can_be_taken_again()
    {
        var budget = new ReceiveBudget(100);
        budget.TryTake(100);

        budget.Return(30);

        Assert.False(budget.TryTake(31));
        Assert.True(budget.TryTake(30));
    }

    [Fact]
    public void Absurd_amounts_do_not_overflow_it()
    {
        var budget = new ReceiveBudget(100);
        budget.TryTake(50);

        Assert.False(budget.TryTake(long.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => budget.TryTake(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => budget.Return(-1));
        Assert.Throws<InvalidOperationException>(() => budget.Return(51));
        Assert.Equal(50, budget.Taken);
    }

    [Fact]
    public void Many_threads_never_take_more_than_the_limit_and_nothing_is_lost()
    {
        var budget = new ReceiveBudget(10);
        var overdrawn = 0;
        var threads = Enumerable.Range(0, 4).Select(t => new Thread(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (budget.TryTake(t + 1))
                {
                    overdrawn += budget.Taken > budget.Limit ? 1 : 0;
                    budget.Return(t + 1);
                }
            }
        })).ToArray();

        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal(0, overdrawn);
        Assert.Equal(0, budget.Taken);
    }
}
