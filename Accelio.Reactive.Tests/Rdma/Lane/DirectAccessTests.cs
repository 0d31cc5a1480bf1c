using System.Net;
using Accelio.Reactive.Tests.Contract;
using Accelio.Transports;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>What the device of the side that shares permits, whatever its peer believes.</summary>
public sealed unsafe class DirectAccessTests : IDisposable
{
    private const int Length = 10_000;
    private const ulong Serial = 7;

    private readonly LinkPair _pair = new(CreatePoller, onOnePoller: false, isInstant: false);
    private Slab _shared = null!;
    private Slab _own = null!;

    public DirectAccessTests()
    {
        _pair.Connect(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), new LinkOptions(), new LinkOptions());
        _pair.On(_pair.Server, () => _shared = _pair.ServerPoller.Memory.Rent(Length + 1));
        _pair.On(_pair.Client, () => _own = _pair.ClientPoller.Memory.Rent(Length + 1));
        Pattern.Fill(Serial, 0, _shared.Span[..Length]);
    }

    public void Dispose()
    {
        _shared.Release();
        _own.Release();
        _pair.Dispose();
    }

    [Fact]
    public void Memory_is_read_and_written_within_its_bounds()
    {
        var window = Expose(canRead: true, canWrite: true);

        Assert.Equal(LinkError.None, Run(window, isWrite: false, 0, Length).Error);
        Assert.Equal(-1, Pattern.FindMismatch(Serial, _own.Span[..Length]));
        _own.Span[..3].Fill(0xAB);
        Assert.Equal(LinkError.None, Run(window, isWrite: true, Length - 3, 3).Error);

        Assert.Equal([0xAB, 0xAB, 0xAB], _shared.Span.Slice(Length - 3, 3).ToArray());
        Assert.Equal(-1, Pattern.FindMismatch(Serial, _shared.Span[..(Length - 3)]));
        window.Dispose();
    }

    [Theory]
    [InlineData(false, 1, Length)]
    [InlineData(true, Length, 1)]
    [InlineData(true, -1, 1)]
    public void What_reaches_beyond_it_ends_the_link_and_touches_nothing(bool isWrite, int offset, int length) =>
        AssertRefused(Expose(canRead: true, canWrite: true), isWrite, offset, length);

    [Fact]
    public void What_it_is_not_shared_for_ends_the_link_and_touches_nothing() => AssertRefused(Expose(canRead: true, canWrite: false), isWrite: true, 0, 1);

    [Fact]
    public void Memory_that_may_be_written_only_is_not_read() => AssertRefused(Expose(canRead: false, canWrite: true), isWrite: false, 0, 1);

    [Fact]
    public void Memory_that_is_exposed_no_more_is_not_read()
    {
        var window = Expose(canRead: true, canWrite: true);
        window.Dispose();

        AssertRefused(window, isWrite: false, 0, 1);
    }

    [Fact]
    public void What_is_under_way_when_the_link_is_cut_ends_with_its_reason()
    {
        var window = Expose(canRead: true, canWrite: false);
        var operations = new List<Recorded>();
        _pair.On(_pair.Client, () =>
        {
            for (var i = 0; i < 100; i++)
            {
                operations.Add(Begin(window, isWrite: false, 0, 1));
            }

            _pair.Client.Call(link => link.Abort(LinkError.Aborted, "cut"));
        });

        _pair.DriveUntil(() => operations.TrueForAll(operation => operation.IsDone), "every one of them ends");

        Assert.All(operations, operation => Assert.Equal((LinkError.Aborted, "cut"), (operation.Error, operation.Detail)));
        window.Dispose();
    }

    private static ManualPoller CreatePoller(TimeProvider time) =>
        new(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32 });

    private DirectWindow Expose(bool canRead, bool canWrite)
    {
        DirectWindow? window = null;
        _pair.On(_pair.Server, () => _pair.Server.Call(link => window = link.Direct!.Expose(_shared.Pointer, Length, canRead, canWrite)));
        return window!;
    }

    private void AssertRefused(DirectWindow window, bool isWrite, int offset, int length)
    {
        var operation = Run(window, isWrite, offset, length);

        Assert.Equal(LinkError.BadOperation, operation.Error);
        Assert.Equal(-1, Pattern.FindMismatch(Serial, _shared.Span[..Length]));
        _pair.DriveUntil(() => _pair.Client.IsClosed && _pair.Server.IsClosed, "both ends close");
        window.Dispose();
    }

    private Recorded Run(DirectWindow window, bool isWrite, int offset, int length)
    {
        Recorded? operation = null;
        _pair.On(_pair.Client, () => operation = Begin(window, isWrite, offset, length));
        _pair.DriveUntil(() => operation!.IsDone, "the operation ends");
        return operation!;
    }

    private Recorded Begin(DirectWindow window, bool isWrite, int offset, int length)
    {
        var operation = new Recorded
        {
            IsWrite = isWrite,
            Local = _own.Pointer,
            Length = length,
            RemoteAddress = window.Address + (ulong)offset,
            RemoteKey = window.Key,
        };
        _pair.Client.Call(link => link.Direct!.Begin(operation));
        return operation;
    }

    private sealed class Recorded : DirectOperation
    {
        public bool IsDone { get; private set; }

        public LinkError Error { get; private set; }

        public string? Detail { get; private set; }

        public override void OnDone(LinkError error, string? detail)
        {
            IsDone = true;
            Error = error;
            Detail = detail;
        }
    }
}
