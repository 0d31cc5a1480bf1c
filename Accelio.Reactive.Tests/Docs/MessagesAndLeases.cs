using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The code of docs/messages-and-leases.md.</summary>
public class MessagesAndLeases
{
    private readonly List<string> _shown = [];

    [Fact]
    public async Task The_report_names_who_holds_what()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var address = pair.Server.EndPoint;

        // <snippet lease-report>
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = "prices", AuditLeases = true });
        await using var session = await AccelioSession.ConnectAsync(address, new AccelioSessionOptions { Context = context });
        using var answer = await session.RequestAsync("EURUSD"u8.ToArray());                    // ours until the end of this method

        foreach (var lease in context.GetLeaseReport().Leases)
        {
            Show($"{lease.Holder} has held {lease.PayloadLength} bytes for {lease.HeldFor}");   // names this method
        }
        // </snippet>

        var holder = $"{typeof(MessagesAndLeases).FullName}.{nameof(The_report_names_who_holds_what)}";
        Assert.StartsWith($"{holder} has held 6 bytes", Assert.Single(_shown), StringComparison.Ordinal);
    }

    private void Show(string line) => _shown.Add(line);
}
