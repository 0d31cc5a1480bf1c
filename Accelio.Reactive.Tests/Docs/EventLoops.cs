using System.IO.Pipes;
using System.Runtime.InteropServices;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The snippets of docs/event-loops.md.</summary>
public sealed class EventLoops
{
    [Fact]
    public async Task A_context_in_the_loop_of_the_host()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var uri = pair.Server.EndPoint;

        // <snippet host-loop>
        using var context = AccelioContext.Manual();
        var asking = AskAsync();
        while (!asking.IsCompleted)
        {
            context.Poll(TimeSpan.FromMilliseconds(10));       // the await below goes on in here
        }

        async Task<int> AskAsync()
        {
            await using var session = await AccelioSession.ConnectAsync(uri, new AccelioSessionOptions { Context = context });
            return await session.RequestAsync(new byte[3], answer => answer.PayloadLength);
        }
        // </snippet>

        Assert.Equal(3, await asking);
    }

    [Fact]
    public async Task A_descriptor_of_the_host_in_the_loop_of_a_context()
    {
        await using var context = AccelioContext.Start();
        await using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var reader = new AnonymousPipeClientStream(PipeDirection.In, writer.ClientSafePipeHandle);
        var read = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Process(int value) => read.TrySetResult(value);
        SafeHandle pipe = reader.SafePipeHandle;

        // <snippet watch>
        using var watch = context.Watch(pipe, PollEvents.Readable, events => Process(reader.ReadByte()));
        // </snippet>

        writer.WriteByte(9);
        Assert.Equal(9, await read.Task.WaitAsync(Pair.Limit));
    }
}
