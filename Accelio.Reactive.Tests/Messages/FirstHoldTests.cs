using System.Runtime.InteropServices;
using Accelio.Reactive.Tests.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>
/// The poller ends leases by plain stores until another thread takes a hold for the first time: that one falls into the middle of it, and either has the message or is told that it is over.
/// </summary>
public sealed unsafe class FirstHoldTests : IDisposable
{
    private const int Messages = 200;
    private readonly long* _bytes = (long*)NativeMemory.Alloc(sizeof(long));

    private InboundMessage[] _handed = [default];
    private int _published;

    public void Dispose() => NativeMemory.Free(_bytes);

    [Fact]
    public void The_first_hold_of_another_thread_keeps_the_message_or_is_refused()
    {
        var (kept, refused) = (0, 0);
        for (var round = 0; round < 300; round++)
        {
            var poller = new LoopPoller();
            var pool = new MessagePool(poller);
            _published = 0;
            var first = round;
            var holder = new Thread(() => Count(HoldOne(afterMessages: first % Messages)));
            holder.Start();
            poller.Post(new ActionItem(() => LendAndEnd(pool)));
            poller.RunDutyCycle();
            holder.Join();
            poller.Settle();

            Assert.Equal((0, 0), (pool.Outstanding, pool.Held));
            poller.StopNow();
        }

        Assert.True(kept > 0, $"{kept} kept, {refused} refused");

        void Count(bool wasKept)
        {
            kept += wasKept ? 1 : 0;
            refused += wasKept ? 0 : 1;
        }
    }

    // As a handler that lets its message slip to another thread and returns.
    private void LendAndEnd(MessagePool pool)
    {
        for (var i = 1; i <= Messages; i++)
        {
            var core = pool.Rent();
            *_bytes = i;
            core.Begin(null, 0, (byte*)_bytes, sizeof(long), payloadSlab: null);
            var version = core.Version;
            _handed[0] = new InboundMessage(core, version);
            Volatile.Write(ref _published, i);
            Thread.SpinWait(i % 7);
            core.ReleaseAtHome(version);
            if (core.IsLent)
            {
                throw new InvalidOperationException("the lease did not end");
            }
        }
    }

    private bool HoldOne(int afterMessages)
    {
        while (Volatile.Read(ref _published) <= afterMessages)
        {
        }

        while (true)
        {
            var before = Volatile.Read(ref _published);
            var message = _handed[0];
            try
            {
                using var mine = message.Retain();
                Thread.SpinWait(50);

                // Still ours, whatever has become of the library's lease.
                Assert.Equal(sizeof(long), mine.PayloadLength);
                Assert.Equal(sizeof(long), mine.Detach().Payload.Length);
                return true;
            }
            catch (ObjectDisposedException)
            {
                if (before == Messages)
                {
                    return false;
                }
            }
        }
    }
}
