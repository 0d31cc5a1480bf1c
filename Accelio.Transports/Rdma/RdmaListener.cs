using System.Globalization;
using System.Net;
using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Rdma;

/// <summary>Accepts connections at one address, of one device or of all, and makes links of them. Poller thread only.</summary>
internal sealed class RdmaListener : IListener, IRdmaEventTarget
{
    private readonly Func<Link, ILinkSink> _accept;
    private readonly RdmaPoller _poller;
    private readonly ConnectionId _id;
    private int _links;
    private int _pending;
    private bool _stopped;

    private RdmaListener(RdmaPoller poller, ConnectionId id, LinkOptions options, IPEndPoint local, Func<Link, ILinkSink> accept)
    {
        _poller = poller;
        _id = id;
        _accept = accept;
        Options = options;
        LocalEndPoint = local;
        poller.Add(id, this);
    }

    /// <summary>Settings and limits of the links.</summary>
    public LinkOptions Options { get; }

    /// <inheritdoc/>
    public EndPoint LocalEndPoint { get; }

    /// <inheritdoc/>
    public Action<EndPoint?, LinkError, string>? OnRejected { get; set; }

    /// <summary>Binds and listens.</summary>
    /// <exception cref="TransportException">The address is taken, or of no RDMA device of this machine.</exception>
    public static RdmaListener Create(RdmaPoller poller, IPEndPoint address, LinkOptions options, Func<Link, ILinkSink> accept)
    {
        var result = ConnectionId.Create(poller.Channel, out var id);
        result = result < 0 ? result : id!.Bind(address);
        result = result < 0 ? result : id!.Listen(options.Backlog);
        if (result >= 0)
        {
            return new RdmaListener(poller, id!, options, id!.LocalAddress ?? address, accept);
        }

        id?.Dispose();
        throw Refusal(address, result);
    }

    /// <inheritdoc/>
    public void Stop()
    {
        if (!_stopped)
        {
            _stopped = true;
            _poller.Remove(_id, lingers: false);
        }
    }

    /// <inheritdoc/>
    public void OnEvent(in ConnectionEvent taken)
    {
        if (taken.Kind == ConnectionEventKind.ConnectRequest)
        {
            Take(taken);
        }
        else
        {
            // A device that was removed is held as long as the id is there.
            Stop();
            OnRejected?.Invoke(null, LinkError.TransportFailed, $"the listener at {LocalEndPoint} was told {taken.Kind}: it takes no more connections");
        }
    }

    /// <summary>A link is connected: whose it is.</summary>
    internal ILinkSink? Introduce(RdmaLink link)
    {
        try
        {
            return _accept(link);
        }
        catch (Exception failure)
        {
            _poller.Poller.ReportUnhandled(failure);
            return null;
        }
    }

    /// <summary>A link was set up.</summary>
    internal void LinkConfigured() => _pending--;

    /// <summary>A link has closed, or came to nothing.</summary>
    internal void LinkClosed(RdmaLink link, bool wasConfigured, bool wasIntroduced, LinkError error, string detail)
    {
        _links--;
        _pending -= wasConfigured ? 0 : 1;
        if (!wasIntroduced)
        {
            OnRejected?.Invoke(link.RemoteEndPoint, error, detail);
        }
    }

    private static TransportException Refusal(IPEndPoint address, int result)
    {
        var advice = -result switch
        {
            Errno.AddressInUse => " Another program listens there: stop it, choose another port, or 0 to have one chosen.",
            Errno.AddressNotAvailable or Errno.NoDevice =>
                " Listen on the address of a network interface that has an RDMA device ('rdma link' lists them), or on 0.0.0.0 for all of them.",
            _ => string.Empty,
        };
        return new TransportException($"Cannot listen on rdma://{address}: {Errno.Describe(result)}.{advice}", Errno.ToSocketError(result));
    }

    private void Take(in ConnectionEvent asked)
    {
        var id = ConnectionId.Adopt(_poller.Channel, asked.Id);
        var remote = id.RemoteAddress;
        if (_pending >= Options.MaxPendingLinks || _links >= Options.MaxLinks)
        {
            Refuse(id, remote, LinkError.LimitExceeded, string.Create(
                CultureInfo.InvariantCulture, $"{_pending} links are being set up and {_links} are alive"));
            return;
        }

        RdmaLink link;
        try
        {
            link = new RdmaLink(_poller, id, Options, this);
        }
        catch (TransportException failure)
        {
            Refuse(id, remote, LinkError.LimitExceeded, failure.Message);
            return;
        }

        _links++;
        _pending++;
        link.Accept(asked);
    }

    private void Refuse(ConnectionId id, IPEndPoint? remote, LinkError error, string detail)
    {
        id.Reject();
        id.Dispose();
        OnRejected?.Invoke(remote, error, detail);
    }
}
