using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Sessions of one context to one address share a link, unless they want to differ.</summary>
public abstract class SharedLinkTests(Wire wire) : SessionTests(wire)
{
    public static TheoryData<string, bool> Differences => new()
    {
        { "nothing", true },
        { nameof(AccelioSessionOptions.PrivateData), true },
        { nameof(AccelioSessionOptions.SendBudget), true },
        { nameof(AccelioSessionOptions.OwnLink), false },
        { nameof(AccelioSessionOptions.LinkGroup), false },
        { nameof(AccelioSessionOptions.WindowMessages), false },
        { nameof(AccelioSessionOptions.CloseTimeout), false },
        { nameof(AccelioSessionOptions.MaxParts), false },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task Sessions_share_a_link_that_agree_in_all_that_concerns_it(string difference, bool shares)
    {
        await using var pair = await OpenAsync(Pair.Echo);

        await using var other = await pair.ConnectAsync(options => Differ(options, difference), resource: "/other");

        Assert.Equal(shares, pair.Session.LocalEndPoint.Equals(other.LocalEndPoint));
        Assert.Equal(3, await other.RequestAsync(new byte[3], answer => answer.PayloadLength));
        other.Dispose();
        Assert.Equal(4, await pair.Session.RequestAsync(new byte[4], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task Sessions_that_are_opened_at_once_share_the_link_that_is_dialed()
    {
        await using var pair = await OpenAsync(Pair.Echo);

        var sessions = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => pair.ConnectAsync(options => options.LinkGroup = "new", resource: $"/{i}")));

        Assert.Single(sessions.Select(session => session.LocalEndPoint).Distinct());
        Assert.All(await AskAsync(sessions), length => Assert.Equal(7, length));
    }

    [Fact]
    public async Task A_link_that_is_full_has_another_opened_beside_it()
    {
        await using var pair = await OpenAsync(Pair.Echo, client: options => options.LinkGroup = "other");

        var sessions = new List<AccelioSession>();
        for (var i = 0; i < 5; i++)
        {
            sessions.Add(await pair.ConnectAsync(options => options.MaxSessionsPerLink = 2));
        }

        Assert.Equal([2, 2, 1], sessions.GroupBy(session => session.LocalEndPoint).Select(link => link.Count()));
        Assert.All(await AskAsync(sessions), length => Assert.Equal(7, length));
    }

    [Fact]
    public async Task A_server_refuses_the_sessions_that_are_too_many_for_it_and_keeps_the_others()
    {
        await using var pair = await OpenAsync(Pair.Echo, server: options => options.MaxSessionsPerLink = 2);
        await using var second = await pair.ConnectAsync();

        var refused = await Assert.ThrowsAsync<SessionRejectedException>(() => pair.ConnectAsync());

        Assert.Equal(AccelioStatus.SessionRefused, refused.Status);
        Assert.All(await AskAsync([pair.Session, second]), length => Assert.Equal(7, length));
        await second.DisposeAsync();
        await using var third = await pair.ConnectAsync();
        Assert.Equal(pair.Session.LocalEndPoint, third.LocalEndPoint);
    }

    [Fact]
    public async Task An_idle_link_ends_with_its_context()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var context = Start("short-lived");
        var session = await pair.ConnectAsync(options => options.Context = context);
        await session.DisposeAsync();

        await context.DisposeAsync().AsTask().WaitAsync(Pair.Limit);

        Assert.True(context.GetSnapshot().IsDisposed);
        Assert.Equal(7, Assert.Single(await AskAsync([pair.Session])));
    }

    private static Task<int[]> AskAsync(IEnumerable<AccelioSession> sessions) =>
        Task.WhenAll(sessions.Select(session => session.RequestAsync(new byte[7], answer => answer.PayloadLength).AsTask())).WaitAsync(Pair.Limit);

    private static void Differ(AccelioSessionOptions options, string difference)
    {
        switch (difference)
        {
            case nameof(AccelioSessionOptions.PrivateData):
                options.PrivateData = new byte[10];
                break;
            case nameof(AccelioSessionOptions.SendBudget):
                options.SendBudget = 1;
                break;
            case nameof(AccelioSessionOptions.OwnLink):
                options.OwnLink = true;
                break;
            case nameof(AccelioSessionOptions.LinkGroup):
                options.LinkGroup = "bulk";
                break;
            case nameof(AccelioSessionOptions.WindowMessages):
                options.WindowMessages--;
                break;
            case nameof(AccelioSessionOptions.CloseTimeout):
                options.CloseTimeout += TimeSpan.FromTicks(1);
                break;
            case nameof(AccelioSessionOptions.MaxParts):
                options.MaxParts++;
                break;
            default:
                break;
        }
    }
}
