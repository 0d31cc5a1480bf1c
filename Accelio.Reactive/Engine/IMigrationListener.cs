namespace Accelio.Reactive.Engine;

/// <summary>Who moves a connection to another place. Poller only.</summary>
internal interface IMigrationListener
{
    /// <summary>All work on the connection has ended, and none begins until <see cref="ConnectionMachine.TryDepart"/> or <see cref="ConnectionMachine.Stay"/>: what it is may be exported.</summary>
    void OnQuiet(ConnectionMachine connection);

    /// <summary>The client does not want to be moved any more: the connection stays, unless it is too late for that.</summary>
    void OnUnwilling(ConnectionMachine connection, string reason);

    /// <summary>The connection stays where it is, or has ended: it told the client so, where there was a way.</summary>
    void OnStayed(ConnectionMachine connection, string reason);
}
