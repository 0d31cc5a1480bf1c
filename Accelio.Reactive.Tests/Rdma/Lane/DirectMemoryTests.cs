using System.Buffers;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>Shared memory that the devices read and write: the program of the other side does nothing for it.</summary>
public class DirectMemoryTests
{
    private const int Guard = 64;
    private const int MiB = 1 << 20;
    private const int Piece = MiB / 4;
    private const int Large = (5 * MiB) + 3;

    [Theory]
    [InlineData(1, false)]
    [InlineData(300_000, false)]
    [InlineData(Large, false)]
    [InlineData(1, true)]
    [InlineData(9000, true)]
    public Task The_device_moves_every_byte_and_nothing_beside_it_and_the_peer_receives_no_message(int length, bool isRegistered) => MoveAsync(length, isRegistered);

    [Fact]
    [Trait("Lane", "Full")]
    public Task The_device_moves_every_byte_of_64_MiB() => MoveAsync(64 * MiB, isRegistered: true);

    [Fact]
    public async Task The_other_program_may_stand_still_meanwhile()
    {
        using var stands = new ManualResetEventSlim();
        using var goesOn = new ManualResetEventSlim();
        await using var pair = await OpenAsync(server => server.Handle("/stop", request =>
        {
            stands.Set();
            goesOn.Wait();
            return request.RespondAsync(default);
        }));
        using var memory = pair.ServerContext.RentMemory(1000);
        using var shared = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.ReadWrite);
        var token = await CarryAsync(pair, shared);
        await using var other = await pair.ConnectAsync(options => options.OwnLink = true, "/stop");
        var stopped = other.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask();
        Assert.True(await Task.Run(() => stands.Wait(Pair.Limit)));
        try
        {
            var connection = pair.Session.Connections[0];
            await connection.WriteRemoteAsync(token, 10, "moved by devices"u8.ToArray()).AsTask().WaitAsync(Pair.Limit);
            var received = new byte[5];
            await connection.ReadRemoteAsync(token, 10, received).AsTask().WaitAsync(Pair.Limit);

            Assert.Equal("moved"u8.ToArray(), received);
            Assert.False(stopped.IsCompleted);
        }
        finally
        {
            goesOn.Set();
        }

        await stopped.WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task To_share_no_more_waits_for_the_device_and_what_comes_later_is_stale()
    {
        await using var pair = await OpenAsync();
        using var memory = pair.ServerContext.RentMemory(8 * MiB);
        memory.GetSpan().Fill(1);
        var shared = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.Read);
        var connection = pair.Session.Connections[0];
        var token = await CarryAsync(pair, shared);
        var reads = Enumerable.Range(0, 4).Select(_ => ReadAsync(connection, token, 8 * MiB)).ToArray();

        await shared.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
        Assert.False(memory.IsInUse);
        memory.GetSpan().Fill(2);

        foreach (var read in reads)
        {
            Assert.Equal(-1, (await read.WaitAsync(Pair.Limit))?.IndexOfAnyExcept((byte)1) ?? -1);
        }

        Assert.Null(await ReadAsync(connection, token, 1));
        Assert.Equal(3, await pair.Session.RequestAsync(new byte[3], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task Tokens_of_a_link_that_is_lost_are_stale_on_the_next_until_the_memory_is_shared_again()
    {
        await using var pair = await OpenAsync();
        using var memory = pair.ServerContext.RentMemory(100);
        memory.GetSpan().Fill(9);
        using var shared = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.Read);
        var token = await CarryAsync(pair, shared);
        Assert.NotNull(await ReadAsync(pair.Session.Connections[0], token, 100));
        var lost = pair.Session.Connections[0];
        var accepted = new TaskCompletionSource<AccelioSession>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = pair.Server.Sessions.Subscribe(session => accepted.TrySetResult(session));
        ((ConnectionCore)lost).Core.RunOnContext(() => ((ConnectionCore)lost).Machine.Machine.Link.Abort(Accelio.Transports.LinkError.TransportFailed, "cut by the test"));
        await Assert.ThrowsAsync<ConnectionLostException>(() => lost.ReadRemoteAsync(token, 0, new byte[1]).AsTask().WaitAsync(Pair.Limit));
        await Until.TrueAsync(() => !memory.IsInUse, () => "the memory is still held");

        await using var session = await pair.ConnectAsync();
        var connection = session.Connections[0];
        Assert.Null(await ReadAsync(connection, token, 100));
        using var again = (await accepted.Task.WaitAsync(Pair.Limit)).Connections[0].Share(memory.Memory, RemoteAccess.Read);
        Assert.Equal(9, (await ReadAsync(connection, again.Token, 100))![99]);
    }

    [Fact]
    public async Task Sessions_that_share_a_link_come_and_go_while_devices_are_at_work_for_others()
    {
        await using var pair = await OpenAsync();
        using var memory = pair.ServerContext.RentMemory(4 * MiB);
        memory.GetSpan().Fill(5);
        using var lasting = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.Read);
        var lastingToken = await CarryAsync(pair, lasting);
        for (var i = 0; i < 5; i++)
        {
            await using var passing = await pair.ConnectAsync();
            using var own = pair.ClientContext.RentMemory(100);
            using var shared = passing.Connections[0].Share(own.Memory, RemoteAccess.ReadWrite);
            var read = ReadAsync(pair.Session.Connections[0], lastingToken, 4 * MiB);
            await passing.DisposeAsync();
            await Until.TrueAsync(() => !own.IsInUse, () => "the memory is still held");

            Assert.Equal(-1, (await read.WaitAsync(Pair.Limit))!.IndexOfAnyExcept((byte)5));
        }
    }

    [Fact]
    public async Task A_call_that_is_given_up_ends_when_the_device_does_not_touch_the_memory_any_more()
    {
        await using var pair = await OpenAsync();
        using var memory = pair.ServerContext.RentMemory(32 * MiB);
        using var shared = pair.Accepted.Connections[0].Share(memory.Memory, RemoteAccess.Read);
        var token = await CarryAsync(pair, shared);
        using var target = pair.ClientContext.RentMemory(32 * MiB);
        using var cancellation = new CancellationTokenSource();
        var read = pair.Session.Connections[0].ReadRemoteAsync(token, 0, target.Memory, cancellation.Token).AsTask();

        cancellation.Cancel();

        var canceled = await Assert.ThrowsAsync<AccelioCanceledException>(() => read.WaitAsync(Pair.Limit));
        Assert.Equal(cancellation.Token, canceled.CancellationToken);
        Assert.False(target.IsInUse);
        Assert.Equal(3, await pair.Session.RequestAsync(new byte[3], answer => answer.PayloadLength));
    }

    private static async Task MoveAsync(int length, bool isRegistered)
    {
        await using var pair = await OpenAsync();
        using var memory = pair.ServerContext.RentMemory(length + (2 * Guard));
        memory.GetSpan().Fill(0xEE);
        using var shared = pair.Accepted.Connections[0].Share(memory.Memory.Slice(Guard, length), RemoteAccess.ReadWrite);
        var connection = pair.Session.Connections[0];
        var token = await CarryAsync(pair, shared);
        using var source = pair.ClientContext.RentMemory(length);
        using var target = pair.ClientContext.RentMemory(length);
        new Random(length).NextBytes(source.GetSpan());
        var sent = isRegistered ? source.Memory : source.GetSpan().ToArray();
        var received = isRegistered ? target.Memory : new byte[length];
        var before = pair.Accepted.Connections[0].GetSnapshot().ReceivedMessages;

        await connection.WriteRemoteAsync(token, 0, sent).AsTask().WaitAsync(Pair.Limit);
        await connection.ReadRemoteAsync(token, 0, received).AsTask().WaitAsync(Pair.Limit);

        Assert.True(source.GetSpan().SequenceEqual(memory.GetSpan().Slice(Guard, length)));
        Assert.True(source.GetSpan().SequenceEqual(received.Span));
        Assert.Equal(-1, memory.GetSpan()[..Guard].IndexOfAnyExcept((byte)0xEE));
        Assert.Equal(-1, memory.GetSpan()[(Guard + length)..].IndexOfAnyExcept((byte)0xEE));
        Assert.Equal(before, pair.Accepted.Connections[0].GetSnapshot().ReceivedMessages);
        Assert.Equal(2L * length, connection.GetSnapshot().DirectBytes);
        Assert.Equal(2L * ((length + Piece - 1) / Piece), connection.GetSnapshot().DirectOperations);
    }

    private static Task<Pair> OpenAsync(Action<AccelioServer>? prepare = null) => Pair.OpenAsync(
        server =>
        {
            Pair.Echo(server);
            prepare?.Invoke(server);
        },
        wire: Sessions.Wire.Rdma(RdmaAddresses.Server));

    // By a message of the connection, as programs do it: the peer knows of the memory then.
    private static async Task<MemoryToken> CarryAsync(Pair pair, SharedMemory shared)
    {
        var arrived = new TaskCompletionSource<MemoryToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = pair.Session.Messages.Subscribe(message => arrived.TrySetResult(MemoryToken.Read(message.Payload.ToArray())));
        await pair.Accepted.SendAsync(shared.Token.ToArray());
        return await arrived.Task.WaitAsync(Pair.Limit);
    }

    // The bytes; null when the token is stale.
    private static async Task<byte[]?> ReadAsync(AccelioConnection connection, MemoryToken token, int length)
    {
        var bytes = new byte[length];
        try
        {
            await connection.ReadRemoteAsync(token, 0, bytes).AsTask().WaitAsync(Pair.Limit);
            return bytes;
        }
        catch (RequestFailedException refused) when (refused.Status == AccelioStatus.StaleToken)
        {
            return null;
        }
    }
}
