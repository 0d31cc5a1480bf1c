using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>Writes down what a connection tells its session; keeps or releases messages as the test says.</summary>
internal sealed class RecordedEvents : IConnectionEvents
{
    public List<string> Log { get; } = [];

    public List<MessageCore> Kept { get; } = [];

    public CloseInfo? Closed { get; private set; }

    /// <summary>Whether leases are kept until the test ends them.</summary>
    public bool Keep { get; set; }

    public void OnEstablished(ConnectionMachine connection, ReadOnlySpan<byte> privateData) => Log.Add($"established {Encoding.ASCII.GetString(privateData)}".TrimEnd());

    public void OnPortals(ConnectionMachine connection, IReadOnlyList<string> portals, ReadOnlySpan<byte> privateData) =>
        Log.Add($"portals {string.Join(',', portals)} of {connection.PeerId}");

    public void OnRedirected(ConnectionMachine connection, IReadOnlyList<string> portals) => Log.Add($"redirected {string.Join(',', portals)}");

    /// <summary>What long bodies shall go into; null for the pool.</summary>
    public RegisteredMemory? Memory { get; set; }

    public RegisteredMemory? ChooseMemory(ConnectionMachine connection, bool isRequest, ReadOnlySpan<byte> header, long length, out int start)
    {
        start = 1;
        if (Memory is { } memory)
        {
            Log.Add($"choose for {(isRequest ? "request" : "message")} of {length}");
            memory.Hold();
        }

        return Memory;
    }

    public RegisteredMemory? ChooseShared(ConnectionMachine connection, in RemoteItem remote, long length, out int start)
    {
        start = 0;
        return null;
    }

    public void OnRemoteRequest(ConnectionMachine connection, MessageCore request, in RemoteItem remote) => Take($"{remote}", request);

    public void OnMessage(ConnectionMachine connection, MessageCore message) => Take("message", message);

    public void OnRequest(ConnectionMachine connection, MessageCore request) => Take("request", request);

    public void OnDropped(ConnectionMachine connection)
    {
        Log.Add("dropped");
        foreach (var request in Kept.FindAll(static request => request.IsGivenUp(request.Version)))
        {
            Kept.Remove(request);
            request.IsWaiting = false;
            request.Release(request.Version);
        }
    }

    public void OnReceipt(ConnectionMachine connection, MessageId id, bool accepted) => Log.Add($"receipt {id.Value} {(accepted ? "accepted" : "rejected")}");

    public void OnError(ConnectionMachine connection, AccelioStatus status, string detail) => Log.Add($"error {status}");

    /// <summary>Whether the session goes on elsewhere when the peer drains.</summary>
    public bool Moves { get; set; }

    public bool TryMove(ConnectionMachine connection) => Moves;

    public void OnPeerDrains(ConnectionMachine connection, in Failure failure) => Log.Add("peer drains");

    /// <summary>Whether the session keeps the connection when its link is lost.</summary>
    public bool Keeps { get; set; } = true;

    public bool TrySuspend(ConnectionMachine connection, in CloseInfo info)
    {
        Log.Add($"suspended {info.Reason}");
        return Keeps;
    }

    public bool TryOutlive(ConnectionMachine connection) => false;

    public void OnResumed(ConnectionMachine connection) => Log.Add("resumed");

    public void OnResumeFailed(ConnectionMachine connection, in CloseInfo info) => Log.Add("resume failed");

    public void OnResumeRefused(ConnectionMachine connection, AccelioStatus status, long retryAfter) => Log.Add($"resume refused {status} {retryAfter}");

    public void OnMoved(ConnectionMachine connection, string target) => Log.Add($"moved {target}");

    public void OnSentTo(ConnectionMachine connection, string target) => Log.Add($"sent to {target}");

    public void OnClosing(ConnectionMachine connection, bool byPeer) => Log.Add(byPeer ? "closing by peer" : "closing");

    public void OnClosed(ConnectionMachine connection, in CloseInfo info)
    {
        Assert.Null(Closed);
        Closed = info;
        Log.Add($"closed {info.Reason}");
    }

    private void Take(string kind, MessageCore message)
    {
        Log.Add($"{kind} {Encoding.ASCII.GetString(message.PayloadSpan(message.Version))}");
        if (Keep)
        {
            Kept.Add(message);
        }
        else
        {
            message.Release(message.Version);
        }
    }
}
