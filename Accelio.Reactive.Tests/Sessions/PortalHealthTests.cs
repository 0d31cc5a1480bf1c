using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Which portals are asked, and which rest.</summary>
public class PortalHealthTests
{
    private readonly PortalHealth _portal = new(failuresToRest: 3, restTime: 100);

    [Fact]
    public void A_portal_rests_after_so_many_failures_in_a_row()
    {
        Fail(10, 11);
        Assert.Equal(PortalState.Closed, _portal.At(11));

        Fail(12);
        Assert.Equal(PortalState.Open, _portal.At(12));
        Assert.Equal(PortalState.Open, _portal.At(111));
    }

    [Fact]
    public void An_answer_in_between_begins_the_count_again()
    {
        Fail(10, 11);
        _portal.OnReached();
        Fail(12, 13);

        Assert.Equal(PortalState.Closed, _portal.At(13));
    }

    [Fact]
    public void When_it_has_rested_one_failure_lets_it_rest_again()
    {
        Fail(10, 11, 12);
        Assert.Equal(PortalState.HalfOpen, _portal.At(112));

        Fail(112);
        Assert.Equal(PortalState.Open, _portal.At(211));
        Assert.Equal(PortalState.HalfOpen, _portal.At(212));
    }

    [Fact]
    public void When_it_has_rested_one_answer_makes_it_a_portal_like_any_other()
    {
        Fail(10, 11, 12);

        _portal.OnReached();
        Assert.Equal(PortalState.Closed, _portal.At(112));
        Fail(113, 114);
        Assert.Equal(PortalState.Closed, _portal.At(114));
    }

    [Fact]
    public void Without_a_time_to_rest_it_is_asked_last_but_never_rests()
    {
        var portal = new PortalHealth(failuresToRest: 1, restTime: 0);
        portal.OnFailed(10);

        Assert.Equal(PortalState.HalfOpen, portal.At(10));
    }

    private void Fail(params long[] times) => Array.ForEach(times, _portal.OnFailed);
}
