using System.Buffers;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The snippets of docs/shared-memory.md.</summary>
public sealed class SharedMemoryPage
{
    [Fact]
    public async Task One_side_shares_and_the_other_reads_and_writes()
    {
        await using var pair = await Pair.OpenAsync();
        var (server, session) = (pair.Server, pair.Session);
        var context = pair.ServerContext;

        // <snippet share>
        using var table = context.RentMemory(1 << 20);
        server.Handle("/", async request =>
        {
            var shared = request.Connection!.Share(table.Memory, RemoteAccess.ReadWrite);     // as long as the connection lives
            await request.RespondAsync(shared.Token.ToArray());
        });
        // </snippet>

        // <snippet use>
        var connection = session.Connections[0];
        var token = MemoryToken.Read(await connection.RequestAsync("table?"u8.ToArray(), answer => answer.Payload.ToArray()));

        await connection.WriteRemoteAsync(token, offset: 4096, "hello"u8.ToArray());          // no handler of the server is asked
        var row = new byte[5];
        await connection.ReadRemoteAsync(token, offset: 4096, row);
        // </snippet>

        Assert.Equal("hello"u8.ToArray(), row);
        Assert.Equal("hello"u8.ToArray(), table.GetSpan().Slice(4096, 5).ToArray());
    }
}
