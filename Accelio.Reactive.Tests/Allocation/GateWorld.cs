namespace Accelio.Reactive.Tests.Allocation;

/// <summary>What a gate works with: a server and a session on contexts of their own.</summary>
internal sealed class GateWorld(Gate gate) : IAsyncDisposable
{
    public AccelioContext ServerContext { get; } = Start(gate, "gate-server");

    public AccelioContext ClientContext { get; } = Start(gate, "gate-client");

    public AccelioServer Server { get; private set; } = null!;

    public AccelioSession Session { get; private set; } = null!;

    public OutboundMessage Message { get; } = new(new byte[gate.Size]);

    /// <summary>Memory of the client's context, as long as a message.</summary>
    public RegisteredMemory ClientMemory { get; private set; } = null!;

    /// <summary>Memory of the server's context, as long as a message.</summary>
    public RegisteredMemory ServerMemory { get; private set; } = null!;

    /// <summary>Memory of the client's context that no loop uses at present.</summary>
    public Stack<RegisteredMemory> Buffers { get; } = new();

    public CancellationTokenSource LongLived { get; } = new();

    /// <summary>Messages that a query of the server let through.</summary>
    public int Seen { get; set; }

    public async Task OpenAsync()
    {
        ClientMemory = ClientContext.RentMemory(gate.Size);
        ServerMemory = ServerContext.RentMemory(gate.Size);
        var options = new AccelioServerOptions { Context = ServerContext, WindowMessages = gate.Window, Resume = gate.Resumes };
        options.BufferSelector = gate.ChoosesMemory ? (in BodyAnnouncement _) => ServerMemory.Memory : null;
        Server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), options);
        gate.Prepare(this);
        Session = await AccelioSession.ConnectAsync(Server.EndPoint, new AccelioSessionOptions { Context = ClientContext, Resume = gate.Resumes });
        Session.Handle(static request => request.RespondAsync(request.Payload));
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Server.DisposeAsync();
        ClientMemory.Dispose();
        ServerMemory.Dispose();
        foreach (var buffer in Buffers)
        {
            buffer.Dispose();
        }

        await ClientContext.DisposeAsync();
        await ServerContext.DisposeAsync();
        LongLived.Dispose();
    }

    private static AccelioContext Start(Gate gate, string name)
    {
        var options = new AccelioContextOptions { Name = name, TcpEngine = gate.Engine };
        options.SpinTime = gate.NeverSpins ? TimeSpan.Zero : options.SpinTime;
        return AccelioContext.Start(options);
    }
}
