using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>What a connection tells the session it belongs to. Poller only; user code may run inside.</summary>
internal interface IConnectionEvents
{
    /// <summary>The server accepted, or the additional connection was greeted: messages may flow.</summary>
    void OnEstablished(ConnectionMachine connection, ReadOnlySpan<byte> privateData);

    /// <summary>The server accepted, but the session goes on at one of these portals; this connection closes.</summary>
    void OnPortals(ConnectionMachine connection, IReadOnlyList<string> portals, ReadOnlySpan<byte> privateData);

    /// <summary>The server sent the client elsewhere; this connection closes.</summary>
    void OnRedirected(ConnectionMachine connection, IReadOnlyList<string> portals);

    /// <summary>A long message begins to arrive: where shall its body go?</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="isRequest">Whether it is a request.</param>
    /// <param name="header">Its user header.</param>
    /// <param name="length">Length of the body in bytes.</param>
    /// <param name="start">Where in the memory the body shall begin.</param>
    /// <returns>Memory with a hold for the caller and room for the body, or null for the pool.</returns>
    RegisteredMemory? ChooseMemory(ConnectionMachine connection, bool isRequest, ReadOnlySpan<byte> header, long length, out int start);

    /// <summary>The body of a request to write into shared memory begins to arrive: where shall it go?</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="remote">What is asked.</param>
    /// <param name="length">Length of the body in bytes.</param>
    /// <param name="start">Where in the memory the body shall begin.</param>
    /// <returns>Memory with a hold for the caller and room for the body, or null for the pool: the request will be refused.</returns>
    RegisteredMemory? ChooseShared(ConnectionMachine connection, in RemoteItem remote, long length, out int start);

    /// <summary>A request for shared memory arrived; the callee owns its one lease and answers it before it returns.</summary>
    void OnRemoteRequest(ConnectionMachine connection, MessageCore request, in RemoteItem remote);

    /// <summary>A one-way message arrived; the callee owns its one lease.</summary>
    void OnMessage(ConnectionMachine connection, MessageCore message);

    /// <summary>A request arrived; the callee owns its one lease and sees to its answer.</summary>
    void OnRequest(ConnectionMachine connection, MessageCore request);

    /// <summary>Requests that wait for a consumer may not be answered any more: the peer gave them up, or their time is over. What holds them is to let go.</summary>
    void OnDropped(ConnectionMachine connection);

    /// <summary>The receipt of a message that nobody awaits.</summary>
    void OnReceipt(ConnectionMachine connection, MessageId id, bool accepted);

    /// <summary>Something went wrong that is nobody's return value.</summary>
    void OnError(ConnectionMachine connection, AccelioStatus status, string detail);

    /// <summary>The peer wants no new work on this connection: whether the session looks for another place to go on. Then what is queued waits until <see cref="ConnectionMachine.EndMove"/>.</summary>
    bool TryMove(ConnectionMachine connection);

    /// <summary>The peer wants no new work on this connection: what is queued on it may go elsewhere now, and fails otherwise, as is said.</summary>
    void OnPeerDrains(ConnectionMachine connection, in Failure failure);

    /// <summary>The link is lost, and the connection may go on over another one: whether the session keeps it for that. Clients look for a link then.</summary>
    bool TrySuspend(ConnectionMachine connection, in CloseInfo info);

    /// <summary>The connection goes on over another link: nothing was lost.</summary>
    void OnResumed(ConnectionMachine connection);

    /// <summary>The time in which the connection could go on is over: whether the session goes on elsewhere, without what cannot be taken there.</summary>
    bool TryOutlive(ConnectionMachine connection);

    /// <summary>Clients: the link on which the connection was to go on is lost, too.</summary>
    void OnResumeFailed(ConnectionMachine connection, in CloseInfo info);

    /// <summary>Clients: the server does not go on with the connection. With <see cref="AccelioStatus.InProgress"/> it will later, after so many ticks.</summary>
    void OnResumeRefused(ConnectionMachine connection, AccelioStatus status, long retryAfter);

    /// <summary>Clients: the server has moved the connection to this URI. It has no link now, and goes on when it has one to there.</summary>
    void OnMoved(ConnectionMachine connection, string target);

    /// <summary>Clients: the server is about to drain the connection, and wants the session to go on at this URI, as a new one.</summary>
    void OnSentTo(ConnectionMachine connection, string target);

    /// <summary>One side has begun to close.</summary>
    void OnClosing(ConnectionMachine connection, bool byPeer);

    /// <summary>The connection is over; nothing follows.</summary>
    void OnClosed(ConnectionMachine connection, in CloseInfo info);
}
