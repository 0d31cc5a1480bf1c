using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The snippets of docs/flow-control.md.</summary>
public class FlowControl
{
    [Fact]
    public async Task Looking()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var session = pair.Session;
        var shown = new List<string>();
        void Show(string line) => shown.Add(line);
        await session.RequestAsync(new byte[1], _ => 0);

        // <snippet snapshots>
        foreach (var connection in session.Connections)
        {
            var now = connection.GetSnapshot();                  // any thread; allocates nothing
            Show($"{now.State}: {now.QueuedMessages} wait, the peer takes {now.SendWindowMessages} more, silent for {now.Silence}");
            Show($"{now.HeldMessages} of {now.ReceiveWindowMessages} messages held here, {now.RunningHandlers} handlers at work");
        }

        // </snippet>
        Assert.Equal(2, shown.Count);
        Assert.StartsWith("Established: 0 wait, the peer takes ", shown[0], StringComparison.Ordinal);
        Assert.StartsWith("0 of ", shown[1], StringComparison.Ordinal);
    }
}
