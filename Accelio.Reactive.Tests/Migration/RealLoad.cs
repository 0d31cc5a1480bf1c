using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>Work for real threads: on each session a worker for each key asks and sends as fast as it can, numbered; whichever server gets it looks that each number is one more than the last one.</summary>
internal sealed class RealLoad(int sessions, int keys)
{
    private const int AtATime = 8;
    private const int LongOnes = 40;
    private const int LongLength = 20_000;

    private readonly long[] _asked = new long[sessions * keys];
    private readonly long[] _sent = new long[sessions * keys];
    private Task[] _work = [];
    private int _faults;
    private volatile bool _isOver;

    /// <summary>Has a server serve the workers.</summary>
    public void ServeAt(AccelioServer server)
    {
        server.Handle(request =>
        {
            Count(_asked, request.Payload.FirstSpan);
            return request.RespondAsync(request.Payload);
        });
        server.Messages.Subscribe(message => Count(_sent, message.Payload.FirstSpan));
    }

    /// <summary>Begins the work.</summary>
    public void Begin(IReadOnlyList<AccelioSession> over) => _work = [.. Enumerable.Range(0, sessions * keys).Select(worker => Task.Run(() => WorkAsync(over[worker / keys], (byte)worker)))];

    /// <summary>Waits until each worker has got on.</summary>
    public async Task ProgressAsync()
    {
        long[] before = [.. _asked];
        await Until.TrueAsync(() => before.Select((old, worker) => Volatile.Read(ref _asked[worker]) > old + 20).All(static isOn => isOn), () => $"{string.Join(", ", _asked)} requests, before {string.Join(", ", before)}");
    }

    /// <summary>Ends the work: all that was asked was answered, all that was sent is there, each once and in order.</summary>
    public async Task EndAsync()
    {
        _isOver = true;
        await Task.WhenAll(_work).WaitAsync(Pair.Limit);
        Assert.Equal(0, Volatile.Read(ref _faults));
    }

    // In order: each number one more than the last.
    private async Task WorkAsync(AccelioSession session, byte worker)
    {
        var asked = new Queue<Task<long>>();
        long number = 0;
        while (!_isOver)
        {
            var message = NewMessage(worker, ++number);
            asked.Enqueue(session.RequestAsync(message, static answer => BitConverter.ToInt64(answer.Payload.FirstSpan[1..])).AsTask());
            await session.SendAsync(message);
            if (asked.Count == AtATime)
            {
                Assert.Equal(number - AtATime + 1, await asked.Dequeue());
            }
        }

        await Task.WhenAll(asked);
        Assert.Equal(number, Volatile.Read(ref _asked[worker]));
        await Until.TrueAsync(() => Volatile.Read(ref _sent[worker]) == number, () => $"{_sent[worker]} of {number} messages came");
    }

    private static OutboundMessage NewMessage(byte worker, long number)
    {
        var body = new byte[number % LongOnes == 0 ? LongLength : sizeof(byte) + sizeof(long)];
        body[0] = worker;
        BitConverter.TryWriteBytes(body.AsSpan(1), number);
        return new OutboundMessage(body) { Key = 1 + worker };
    }

    private void Count(long[] last, ReadOnlySpan<byte> body)
    {
        var number = BitConverter.ToInt64(body[1..]);
        if (Interlocked.Exchange(ref last[body[0]], number) != number - 1)
        {
            Interlocked.Increment(ref _faults);
        }
    }
}
