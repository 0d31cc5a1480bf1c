using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

public class MailboxTests
{
    [Fact]
    public void Items_come_out_in_the_order_in_which_they_were_posted()
    {
        var mailbox = new Mailbox();
        var items = Enumerable.Range(0, 10).Select(i => new Numbered(0, i)).ToArray();

        Assert.All(items, item => Assert.True(mailbox.TryPost(item)));

        Assert.Equal(10, mailbox.Pending);
        Assert.Equal(items, TakeAll(mailbox));
        Assert.Equal(0, mailbox.Pending);
    }

    [Fact]
    public void An_item_may_be_posted_again_as_soon_as_it_was_taken()
    {
        var mailbox = new Mailbox();
        var item = new Numbered(0, 0);

        for (var i = 0; i < 1000; i++)
        {
            Assert.True(mailbox.TryPost(item));
            Assert.True(mailbox.TryTake(out var taken));
            Assert.Same(item, taken);
            Assert.False(mailbox.TryTake(out _));
        }
    }

    [Fact]
    public void A_closed_mailbox_refuses_and_still_hands_out_what_it_had_accepted()
    {
        var mailbox = new Mailbox();
        var accepted = new Numbered(0, 0);
        mailbox.TryPost(accepted);

        mailbox.Close();

        Assert.False(mailbox.TryPost(new Numbered(0, 1)));
        Assert.True(mailbox.IsClosed);
        Assert.Equal(1, mailbox.Pending);
        Assert.Equal([accepted], TakeAll(mailbox));
        Assert.Equal(0, mailbox.Pending);
    }

    [Fact]
    public void The_sleep_flag_is_taken_by_one_producer_only()
    {
        var mailbox = new Mailbox();
        Assert.False(mailbox.TakeSleepFlag());

        mailbox.RaiseSleepFlag();

        Assert.True(mailbox.TakeSleepFlag());
        Assert.False(mailbox.TakeSleepFlag());
    }

    [Fact]
    public void Several_producers_lose_nothing_and_each_keeps_its_order()
    {
        const int producers = 4;
        const int perProducer = 50_000;
        var mailbox = new Mailbox();
        var threads = Enumerable.Range(0, producers).Select(p => new Thread(() =>
        {
            for (var i = 0; i < perProducer; i++)
            {
                mailbox.TryPost(new Numbered(p, i));
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());

        var next = new int[producers];
        var total = 0;
        while (total < producers * perProducer)
        {
            if (mailbox.TryTake(out var item))
            {
                var numbered = (Numbered)item;
                Assert.Equal(next[numbered.Producer]++, numbered.Number);
                total++;
            }
        }

        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(0, mailbox.Pending);
        Assert.False(mailbox.TryTake(out _));
    }

    [Fact]
    public void Closing_among_posting_producers_divides_the_items_into_refused_and_taken()
    {
        for (var round = 0; round < 20; round++)
        {
            var mailbox = new Mailbox();
            var accepted = 0;
            var threads = Enumerable.Range(0, 3).Select(p => new Thread(() =>
            {
                var mine = 0;
                while (mailbox.TryPost(new Numbered(p, mine)))
                {
                    mine++;
                    Thread.SpinWait(10);
                }

                Interlocked.Add(ref accepted, mine);
            })).ToArray();
            Array.ForEach(threads, thread => thread.Start());

            var taken = 0;
            while (taken < 200)
            {
                taken += mailbox.TryTake(out _) ? 1 : 0;
            }

            mailbox.Close();
            while (mailbox.Pending > 0)
            {
                taken += mailbox.TryTake(out _) ? 1 : 0;
            }

            Array.ForEach(threads, thread => thread.Join());
            Assert.False(mailbox.TryTake(out _));
            Assert.Equal(accepted, taken);
        }
    }

    private static List<WorkItem> TakeAll(Mailbox mailbox)
    {
        var items = new List<WorkItem>();
        while (mailbox.TryTake(out var item))
        {
            items.Add(item);
        }

        return items;
    }

    private sealed class Numbered(int producer, int number) : WorkItem
    {
        public int Producer => producer;

        public int Number => number;

        public override void Execute()
        {
        }
    }
}
