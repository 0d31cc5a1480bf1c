using System.Net;
using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>
/// The transport contract (docs/architecture.md, section 6; the documentation of Link, ILinkSink and the frames) as one suite, which every transport
/// passes. What holds always is checked in every callback by <see cref="RecordingSink"/> and at the end of every test by <see cref="LinkPair"/>.
/// </summary>
public abstract partial class LinkContract
{
    /// <summary>A body that no transport delivers without asking where it should go.</summary>
    private const int Bulk = 1 << 20;

    /// <summary>Long enough to be referenced, short enough to be sent by the hundred.</summary>
    private const int Large = 64 << 10;

    private ITransport? _transport;

    private protected ITransport Transport => _transport ??= CreateTransport();

    private protected abstract ITransport CreateTransport();

    private protected abstract EndPoint Address { get; }

    private protected abstract Poller CreatePoller(TimeProvider time);

    /// <summary>Whether bytes are there as soon as they were sent, so that an idle turn means that nothing is under way.</summary>
    private protected virtual bool IsInstant => true;

    private protected virtual bool DualSocket => false;

    private protected abstract LinkKind Kind { get; }

    private protected LinkOptions CreateOptions(long highWatermark = 1 << 20) => new() { DualSocket = DualSocket, SendHighWatermark = highWatermark };

    private protected LinkPair CreatePair(bool onOnePoller = false) => new(CreatePoller, onOnePoller, IsInstant);

    private protected LinkPair Connect(bool onOnePoller = false, LinkOptions? options = null)
    {
        var pair = CreatePair(onOnePoller);
        pair.Connect(Transport, Address, options ?? CreateOptions(), options ?? CreateOptions());
        return pair;
    }
}
