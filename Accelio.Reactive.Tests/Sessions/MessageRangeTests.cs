using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

public class MessageRangeTests
{
    [Fact]
    public void A_range_holds_the_ids_of_one_kind()
    {
        var range = new MessageRange(new MessageId(4), new MessageId(8));

        Assert.Equal(3, range.Count);
        Assert.Equal([4, 6, 8], Enumerable.Range(0, 12).Where(i => range.Contains(new MessageId(i))));
        Assert.Equal(new MessageRange(new MessageId(5), new MessageId(5)), new MessageId(5));
        Assert.Equal(0, default(MessageRange).Count);
        Assert.False(default(MessageRange).Contains(default));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 5)]
    [InlineData(6, 2)]
    public void Other_ends_make_no_range(long first, long last) =>
        Assert.ThrowsAny<ArgumentException>(() => new MessageRange(new MessageId(first), new MessageId(last)));

    [Fact]
    public void A_report_joins_what_belongs_together()
    {
        var runs = new List<AbortRun>
        {
            new(new MessageId(7), AbortOutcome.NotSent),
            new(new MessageId(4), AbortOutcome.NotSent),
            new(new MessageId(2), AbortOutcome.NotSent),
            new(new MessageId(6), AbortOutcome.NotSupported),
            new(new MessageId(5), AbortOutcome.NotSent),
        };

        var report = AbortRuns.ToReport(runs);

        Assert.Equal(
            [
                new AbortRun(new MessageRange(new MessageId(2), new MessageId(4)), AbortOutcome.NotSent),
                new AbortRun(new MessageId(6), AbortOutcome.NotSupported),
                new AbortRun(new MessageRange(new MessageId(5), new MessageId(7)), AbortOutcome.NotSent),
            ],
            report.Runs);
        Assert.Equal(4, report.Count(AbortOutcome.NotSent));
        Assert.Null(report[new MessageId(8)]);
    }
}
