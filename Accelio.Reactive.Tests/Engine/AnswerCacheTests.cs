using Accelio.Reactive.Engine;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

public class AnswerCacheTests
{
    [Fact]
    public void The_last_answers_are_kept_within_their_number()
    {
        var cache = new AnswerCache(maxAnswers: 3, maxBytes: 1 << 20);
        for (ulong serial = 0; serial < 5; serial++)
        {
            cache.Add(Answer(serial, 10));
        }

        Assert.Equal(3, cache.Count);
        Assert.Null(cache.Find(1));
        Assert.Equal(2ul, cache.Find(2)?.Serial);
    }

    [Fact]
    public void And_within_their_bytes()
    {
        var cache = new AnswerCache(maxAnswers: 100, maxBytes: 2 * Answer(0, 1000).Length);
        cache.Add(Answer(0, 1000));
        cache.Add(Answer(1, 1000));
        cache.Add(Answer(2, 500));

        Assert.Null(cache.Find(0));
        Assert.NotNull(cache.Find(1));
        Assert.NotNull(cache.Find(2));
    }

    [Fact]
    public void One_that_is_longer_than_all_of_them_may_be_is_not_kept_and_drives_no_other_out()
    {
        var cache = new AnswerCache(maxAnswers: 100, maxBytes: 1000);
        cache.Add(Answer(0, 10));
        cache.Add(Answer(1, 1000));

        Assert.NotNull(cache.Find(0));
        Assert.Null(cache.Find(1));
    }

    [Fact]
    public void A_second_answer_to_the_same_request_takes_the_place_of_the_first_and_lives_as_long_as_if_it_were_the_only_one()
    {
        var cache = new AnswerCache(maxAnswers: 3, maxBytes: 1 << 20);
        cache.Add(Answer(0, 10));
        cache.Add(Answer(1, 10));
        cache.Add(new KeptAnswer(0, 5, [], [], accepted: true));
        cache.Add(Answer(2, 10));

        Assert.Equal(5u, cache.Find(0)?.Status);
        Assert.NotNull(cache.Find(1));
        Assert.NotNull(cache.Find(2));
        Assert.Equal(3, cache.Count);
    }

    private static KeptAnswer Answer(ulong serial, int length) => new(serial, 0, [], new byte[length], accepted: true);
}
