using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Memory of one side that the other reads and writes by itself (docs/shared-memory.md).</summary>
public abstract class SharedMemoryRules(Wire wire) : SessionTests(wire)
{
    private const int Guard = 64;
    private const int Large = (3 << 20) + 5;

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(9000)]
    [InlineData(300_000)]
    [InlineData(Large)]
    public async Task What_is_written_is_there_and_what_is_there_is_read_and_no_handler_is_asked(int length)
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(_ => throw new InvalidOperationException("nobody asks")), wire: Over);
        using var memory = RentGuarded(pair.ServerContext, length);
        using var shared = pair.Accepted.Connections[0].Share(memory.Memory.Slice(Guard, length), RemoteAccess.ReadWrite);
        var token = Carry(shared.Token);
        var connection = pair.Session.Connections[0];
        var sent = Pair.Bytes(length);

        await connection.WriteRemoteAsync(token, 0, sent).AsTask().WaitAsync(Pair.Limit);

        Assert.Equal(sent, memory.GetSpan().Slice(Guard, length).ToArray());
        var received = new byte[length];
        await connection.ReadRemoteAsync(token, 0, received).AsTask().WaitAsync(Pair.Limit);
        Assert.Equal(sent, received);
        AssertGuards(memory, length);
    }

    [Fact]
    public async Task A_part_of_the_memory_is_reached_and_nothing_beside_it()
    {
        await using var pair = await Pair.OpenAsync(wire: Over);
        using var memory = RentGuarded(pair.ServerContext, 100);
        using var shared = pair.Accepted.Connections[0].Share(memory.Memory.Slice(Guard, 100), RemoteAccess.ReadWrite);
        var connection = pair.Session.Connections[0];

        await connection.WriteRemoteAsync(shared.Token, 90, "0123456789"u8.ToArray()).AsTask().WaitAsync(Pair.Limit);

        var received = new byte[4];
        await connection.ReadRemoteAsync(shared.Token, 93, received).AsTask().WaitAsync(Pair.Limit);
        Assert.Equal("3456"u8.ToArray(), received);
        AssertGuards(memory, 100);
    }

    [Fact]
    public async Task Both_sides_share()
    {
        await using var pair = await Pair.OpenAsync(wire: Over);
        using var memory = pair.ClientContext.RentMemory(10);
        using var shared = pair.Session.Connections[0].Share(memory.Memory, RemoteAccess.Write);

        await pair.Accepted.Connections[0].WriteRemoteAsync(shared.Token, 2, new byte[] { 7, 8 }).AsTask().WaitAsync(Pair.Limit);

        Assert.Equal([7, 8], memory.GetSpan().Slice(2, 2).ToArray());
    }

    [Fact]
    public async Task Many_operations_at_a_time_each_do_their_own()
    {
        const int Pieces = 64;
        const int Length = 5000;
        await using var pair = await Pair.OpenAsync(wire: Over);
        using var memory = pair.ServerContext.RentMemory(Pieces * Length);
        using var shared = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.ReadWrite);
        var connection = pair.Session.Connections[0];
        var sent = Pair.Bytes(Pieces * Length);
        var received = new byte[Pieces * Length];

        await Task.WhenAll(Enumerable.Range(0, Pieces).Select(async i =>
        {
            await connection.WriteRemoteAsync(shared.Token, i * Length, sent.AsMemory(i * Length, Length));
            await connection.ReadRemoteAsync(shared.Token, i * Length, received.AsMemory(i * Length, Length));
        })).WaitAsync(Pair.Limit);

        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Memory_that_is_shared_no_more_is_stale_and_the_connection_lives_on()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo, wire: Over);
        using var memory = pair.ServerContext.RentMemory(300_000);
        var shared = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.ReadWrite);
        var connection = pair.Session.Connections[0];

        await shared.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
        shared.Dispose();

        Assert.Equal(AccelioStatus.StaleToken, await RefusedAsync(connection.ReadRemoteAsync(shared.Token, 0, new byte[10])));
        Assert.Equal(AccelioStatus.StaleToken, await RefusedAsync(connection.WriteRemoteAsync(shared.Token, 0, new byte[300_000])));
        Assert.False(memory.IsInUse);
        Assert.Equal(3, await pair.Session.RequestAsync(new byte[3], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task A_token_is_good_on_its_own_connection_only()
    {
        await using var pair = await Pair.OpenAsync(wire: Over);
        await using var other = await pair.ConnectAsync();
        using var memory = pair.ServerContext.RentMemory(10);
        using var shared = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.Read);

        Assert.Equal(AccelioStatus.StaleToken, await RefusedAsync(other.Connections[0].ReadRemoteAsync(shared.Token, 0, new byte[10])));
    }

    [Fact]
    public async Task A_token_that_was_tampered_with_is_refused_by_the_side_that_shares()
    {
        await using var pair = await Pair.OpenAsync(wire: Over);
        using var memory = pair.ServerContext.RentMemory(400_000);
        memory.GetSpan().Clear();
        using var shared = pair.Accepted.Connections[0].Share(memory.Memory[..10], RemoteAccess.Read);
        var connection = pair.Session.Connections[0];
        var longer = Tamper(shared.Token, bytes => bytes[^2] = 0x40);
        var writable = Tamper(shared.Token, bytes => bytes[1] = (byte)RemoteAccess.ReadWrite);
        var longWritable = Tamper(writable, bytes => bytes[^3] = 0x10);
        var younger = Tamper(shared.Token, bytes => bytes[7]++);
        var foreign = Tamper(shared.Token, bytes => bytes[8] ^= 1);

        Assert.Equal(AccelioStatus.RemoteAccess, await RefusedAsync(connection.ReadRemoteAsync(longer, 0, new byte[11])));
        Assert.Equal(AccelioStatus.RemoteAccess, await RefusedAsync(connection.ReadRemoteAsync(longer, 11, new byte[1])));
        Assert.Equal(AccelioStatus.RemoteAccess, await RefusedAsync(connection.WriteRemoteAsync(writable, 0, new byte[] { 1 })));
        Assert.Equal(AccelioStatus.RemoteAccess, await RefusedAsync(connection.WriteRemoteAsync(longWritable, 0, new byte[300_000])));
        Assert.Equal(AccelioStatus.StaleToken, await RefusedAsync(connection.ReadRemoteAsync(younger, 0, new byte[1])));
        Assert.Equal(AccelioStatus.StaleToken, await RefusedAsync(connection.ReadRemoteAsync(foreign, 0, new byte[1])));
        Assert.Equal(-1, memory.GetSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public async Task To_share_no_more_waits_for_what_is_under_way()
    {
        await using var pair = await Pair.OpenAsync(wire: Over);
        using var memory = pair.ServerContext.RentMemory(10);
        var shared = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.Read);
        shared.Window.Hold();

        var gone = shared.DisposeAsync().AsTask();

        Assert.False(gone.IsCompleted);
        Assert.True(memory.IsInUse);
        shared.Window.EndHold();
        await gone.WaitAsync(Pair.Limit);
        Assert.False(memory.IsInUse);
    }

    [Fact]
    public async Task Shared_memory_is_held_until_it_is_shared_no_more_even_when_its_user_has_disposed_of_it()
    {
        await using var pair = await Pair.OpenAsync(wire: Over);
        var memory = pair.ServerContext.RentMemory(10);
        memory.GetSpan().Fill(5);
        var shared = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.Read);
        memory.Dispose();

        var received = new byte[10];
        await pair.Session.Connections[0].ReadRemoteAsync(shared.Token, 0, received).AsTask().WaitAsync(Pair.Limit);

        Assert.All(received, value => Assert.Equal(5, value));
        await shared.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
        Assert.Equal(0, memory.Holds);
    }

    [Fact]
    public async Task The_end_of_the_connection_is_the_end_of_the_sharing()
    {
        await using var pair = await Pair.OpenAsync(wire: Over);
        using var memory = pair.ServerContext.RentMemory(10);
        var accepted = pair.Accepted.Connections[0];
        using var shared = accepted.Share(memory.Memory, RemoteAccess.Read);

        await pair.Session.DisposeAsync();
        await pair.Accepted.Closed.WaitAsync(Pair.Limit);

        await Until.TrueAsync(() => !memory.IsInUse, () => "the memory is still held");
        using var late = accepted.Share(memory.Memory, RemoteAccess.Read);
        Assert.False(memory.IsInUse);
    }

    [Fact]
    public async Task A_call_that_is_given_up_or_finds_the_session_closed_says_so()
    {
        await using var pair = await Pair.OpenAsync(wire: Over);
        using var memory = pair.ServerContext.RentMemory(10);
        using var shared = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.ReadWrite);
        var connection = pair.Session.Connections[0];

        await Assert.ThrowsAsync<AccelioCanceledException>(() => connection.ReadRemoteAsync(shared.Token, 0, new byte[1], new CancellationToken(true)).AsTask());
        await pair.Session.DisposeAsync();
        await Assert.ThrowsAsync<ConnectionLostException>(() => connection.WriteRemoteAsync(shared.Token, 0, new byte[1]).AsTask());
    }

    [Fact]
    public async Task Mistakes_are_named_before_anything_is_asked()
    {
        await using var pair = await Pair.OpenAsync(wire: Over);
        using var memory = pair.ServerContext.RentMemory(10);
        var sharing = pair.Accepted.Connections[0];
        using var shared = sharing.Share(memory.Memory, RemoteAccess.Read);
        using var writable = sharing.Share(memory.Memory, RemoteAccess.Write);
        var connection = pair.Session.Connections[0];

        Assert.Throws<ArgumentException>("memory", () => sharing.Share(new byte[10], RemoteAccess.Read));
        Assert.Throws<ArgumentException>("memory", () => sharing.Share(default, RemoteAccess.Read));
        Assert.Throws<ArgumentOutOfRangeException>("access", () => sharing.Share(memory.Memory, RemoteAccess.None));
        Assert.Throws<ArgumentOutOfRangeException>("access", () => sharing.Share(memory.Memory, (RemoteAccess)4));
        await Assert.ThrowsAsync<ArgumentException>("token", async () => await connection.ReadRemoteAsync(default, 0, new byte[1]));
        await Assert.ThrowsAsync<ArgumentException>("token", async () => await connection.ReadRemoteAsync(writable.Token, 0, new byte[1]));
        await Assert.ThrowsAsync<ArgumentException>("token", async () => await connection.WriteRemoteAsync(shared.Token, 0, new byte[1]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("offset", async () => await connection.ReadRemoteAsync(shared.Token, -1, new byte[1]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("offset", async () => await connection.ReadRemoteAsync(shared.Token, 10, new byte[1]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("offset", async () => await connection.WriteRemoteAsync(writable.Token, long.MaxValue, new byte[1]));
        await connection.ReadRemoteAsync(shared.Token, 10, Memory<byte>.Empty);
    }

    private static async Task<AccelioStatus> RefusedAsync(ValueTask call) =>
        (await Assert.ThrowsAsync<RequestFailedException>(() => call.AsTask().WaitAsync(Pair.Limit))).Status;

    private static MemoryToken Carry(MemoryToken token) => MemoryToken.Read(token.ToArray());

    private static MemoryToken Tamper(MemoryToken token, Action<byte[]> change)
    {
        var bytes = token.ToArray();
        change(bytes);
        return MemoryToken.Read(bytes);
    }

    private static RegisteredMemory RentGuarded(AccelioContext context, int length)
    {
        var memory = context.RentMemory(length + (2 * Guard));
        memory.GetSpan().Fill(0xEE);
        return memory;
    }

    private static void AssertGuards(RegisteredMemory memory, int length)
    {
        Assert.Equal(-1, memory.GetSpan()[..Guard].IndexOfAnyExcept((byte)0xEE));
        Assert.Equal(-1, memory.GetSpan()[(Guard + length)..].IndexOfAnyExcept((byte)0xEE));
    }
}
