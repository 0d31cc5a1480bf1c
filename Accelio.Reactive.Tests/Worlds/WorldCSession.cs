using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>A session at a server on libxio.</summary>
/// <param name="id">The server's id of it.</param>
/// <param name="clientId">The client's.</param>
/// <param name="depths">The client's queues.</param>
internal sealed class WorldCSession(uint id, uint clientId, QueueDepths depths)
{
    public uint Id => id;

    public uint ClientId => clientId;

    public QueueDepths Depths => depths;

    /// <summary>How many connections it has that do not only lead to it.</summary>
    public int Connections { get; set; }
}
