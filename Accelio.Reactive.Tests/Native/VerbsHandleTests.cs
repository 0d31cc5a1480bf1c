using Accelio.Native.Verbs;
using Xunit;

namespace Accelio.Reactive.Tests.Native;

/// <summary>What was made from another object is destroyed before it, whoever lets go first.</summary>
public class VerbsHandleTests
{
    private readonly List<string> _destroyed = [];

    [Fact]
    public void A_parent_disposed_of_first_lives_until_its_children_are_gone()
    {
        var domain = new Sample("domain", _destroyed);
        var queue = new Sample("queue", _destroyed);
        var pair = new Sample("pair", _destroyed, domain, queue);

        domain.Dispose();
        queue.Dispose();
        Assert.Empty(_destroyed);
        pair.Dispose();

        Assert.Equal(["pair", "domain", "queue"], _destroyed);
    }

    [Fact]
    public void A_parent_that_is_still_wanted_stays()
    {
        using var domain = new Sample("domain", _destroyed);
        new Sample("memory", _destroyed, domain).Dispose();

        Assert.Equal(["memory"], _destroyed);
    }

    [Fact]
    public void A_second_dispose_does_nothing()
    {
        var domain = new Sample("domain", _destroyed);

        domain.Dispose();
        domain.Dispose();

        Assert.Equal(["domain"], _destroyed);
    }

    private sealed class Sample(string name, List<string> destroyed, params VerbsHandle[] parents) : VerbsHandle(1, parents)
    {
        protected override int Destroy()
        {
            destroyed.Add(name);
            return 0;
        }
    }
}
