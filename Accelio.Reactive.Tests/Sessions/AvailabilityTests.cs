using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Where there is no RDMA, whoever asks for it is told why; where there is, see the lane.</summary>
public class AvailabilityTests
{
    [Fact]
    public void A_reason_is_there_exactly_when_the_transport_is_not()
    {
        var availability = AccelioTransports.Rdma.Availability;

        Assert.Equal("rdma", AccelioTransports.Rdma.Scheme);
        Assert.Equal(availability.IsAvailable, availability.Reason is null);
        Assert.Equal(availability.Reason ?? "available", availability.ToString());
        Assert.True(availability.IsAvailable || availability.Reason.StartsWith("rdma is not available here, because ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connecting_and_listening_fail_with_the_reason_or_as_the_address_deserves()
    {
        var reason = AccelioTransports.Rdma.Availability.Reason ?? "192.0.2.1";

        // An address that no machine has: one with RDMA cannot use it either.
        var nowhere = new Uri("rdma://192.0.2.1:2061");
        var connecting = await Assert.ThrowsAnyAsync<AccelioException>(async () => await AccelioSession.ConnectAsync(nowhere));
        var listening = await Assert.ThrowsAnyAsync<AccelioException>(async () => await AccelioServer.BindAsync(nowhere));

        Assert.Contains(reason, connecting.Message, StringComparison.Ordinal);
        Assert.Contains(reason, listening.Message, StringComparison.Ordinal);
        Assert.Equal(AccelioStatus.BindFailed, listening.Status);
    }
}
