using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>The audit names who holds what since when.</summary>
public class LeaseReportTests
{
    private static readonly string? Here = typeof(LeaseReportTests).FullName;
    private readonly ConcurrentQueue<InboundMessage> _kept = new();

    [Fact]
    public async Task It_names_the_method_that_asked_or_retained()
    {
        await using var pair = await Pair.OpenAsync(server =>
        {
            Pair.Echo(server);
            server.Messages.Subscribe(Keep);
        });
        await pair.Session.SendAsync(new byte[30]);
        using var answer = await AskAsync(pair.Session);
        await Until.TrueAsync(() => !_kept.IsEmpty, () => "no message");

        var held = Assert.Single(pair.ClientContext.GetLeaseReport().Leases);
        Assert.Equal($"{Here}.AskAsync", held.Holder);
        Assert.Equal(20, held.PayloadLength);
        Assert.Equal(pair.Session.Uri, held.Session);
        await Until.LeasesAsync(pair.ServerContext, report => report.Leases.Count == 1 && report.Leases[0].Holder == $"{Here}.Keep");
        Assert.Contains("LeaseReportTests.Keep: 30 bytes of", pair.ServerContext.GetLeaseReport().ToString(), StringComparison.Ordinal);
        Assert.All(_kept, message => message.Dispose());
        await Until.NothingIsHeldAsync(pair.ServerContext);
    }

    [Fact]
    public async Task It_says_since_when()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        using var older = await pair.Session.RequestAsync(new byte[1]);
        using var newer = await pair.Session.RequestAsync(new byte[2]);

        var leases = pair.ClientContext.GetLeaseReport().Leases;

        Assert.Equal([1, 2], leases.Select(lease => lease.PayloadLength));
        Assert.True(leases[0].HeldFor > leases[1].HeldFor && leases[1].HeldFor > TimeSpan.Zero);
    }

    [Fact]
    public async Task It_lists_what_waits_for_a_consumer()
    {
        await using var pair = await Pair.OpenAsync();
        await pair.Session.SendAsync(new byte[40]);
        await Until.TrueAsync(() => pair.ServerContext.GetLeaseReport().Messages == 1, () => "no message");

        Assert.Contains("waits", Assert.Single(pair.ServerContext.GetLeaseReport().Leases).Holder, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_audit_it_counts()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo, wire: Sessions.Wire.LeanTcp());
        var answer = await pair.Session.RequestAsync(new byte[1]);

        var report = pair.ClientContext.GetLeaseReport();

        Assert.False(report.IsAudited);
        Assert.Equal(1, report.Messages);
        Assert.Empty(report.Leases);
        answer.Dispose();
        await Until.NothingIsHeldAsync(pair.ClientContext);
    }

    private static async Task<InboundMessage> AskAsync(AccelioSession session) => await session.RequestAsync(new byte[20]);

    private void Keep(InboundMessage message) => _kept.Enqueue(message.Retain());
}
