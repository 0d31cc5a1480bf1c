using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>
/// A client has come back for a connection at a context that is not the connection's. That one is asked: if the client is right, its next link is booked to go there, and it is told to come again. If nothing is
/// heard for a while, user code keeps that context busy: it is not dead, and the client is told to wait. Where links stay it is told where the connection's portal is. A connection that has left while its context was asked
/// is looked for again. Of the context where the client has come.
/// </summary>
internal sealed class ReturnInquiry : WheelTimer
{
    // A turn of a context that is not busy takes microseconds.
    private const long Patience = 100 * TimeSpan.TicksPerMillisecond;
    private const long BusyRetry = 500 * TimeSpan.TicksPerMillisecond;

    // Between the links of one machine, so that they come in the order of their bookings.
    private const long Turn = TimeSpan.TicksPerMillisecond;

    private readonly ServerCore _portal;
    private readonly ServerCore _home;
    private readonly IncomingHello _hello;
    private bool _isOver;

    private ReturnInquiry(ServerCore portal, ServerCore home, IncomingHello hello) => (_portal, _home, _hello) = (portal, home, hello);

    private Poller Poller => _portal.Context.Poller;

    /// <summary>Asks. On the context where the client has come.</summary>
    /// <param name="portal">Where the client has come.</param>
    /// <param name="home">Where the connection lives.</param>
    /// <param name="hello">What the client says.</param>
    /// <param name="check">Whether the client may have the connection; called at home.</param>
    public static void Begin(ServerCore portal, ServerCore home, IncomingHello hello, Func<AccelioStatus> check)
    {
        var inquiry = new ReturnInquiry(portal, home, hello);
        var caller = hello.Link.Link.RemoteEndPoint;
        var linksStay = portal.LinksStay;
        var ask = new ActionItem(() =>
        {
            var status = check();
            var before = status == AccelioStatus.Success && !linksStay ? home.Book(caller) : 0;
            portal.Context.Poller.Post(new ActionItem(() => inquiry.OnAnswer(status, before)));
        });
        if (home.Context.Poller.Post(ask))
        {
            portal.Context.Poller.Timers.Schedule(inquiry, portal.Context.Poller.Now + Patience);
        }
        else
        {
            hello.Decline(AccelioStatus.NotSession);
        }
    }

    /// <inheritdoc/>
    public override void OnTimer(long now) => End(AccelioStatus.InProgress, BusyRetry);

    private void OnAnswer(AccelioStatus status, int before)
    {
        Poller.Timers.Cancel(this);
        if (status == AccelioStatus.Success && _portal.LinksStay)
        {
            SendOn();
        }
        else if (status == AccelioStatus.Success)
        {
            // Less than a turn by chance: two who come in step, each between the other's booking and its coming, would take each other's places for ever.
            End(AccelioStatus.InProgress, ((before + 1) * Turn) + (_portal.Context.Entropy.NextUInt32() % Turn));
        }
        else if (status == AccelioStatus.NotSession && !_isOver && _portal.Directory.Find(_hello.SessionId) is { } session)
        {
            // It was there when that context was chosen: by now it is on another one, at another server, or over.
            _isOver = true;
            session.OnReturn(_portal, _hello);
        }
        else
        {
            End(status, retryAfter: 0);
        }
    }

    private void SendOn()
    {
        var target = Encoding.UTF8.GetBytes(_home.Advertise(_hello.Link.Link.LocalEndPoint));
        if (target.Length > MoveGoPayload.MaxTarget)
        {
            End(AccelioStatus.InProgress, BusyRetry);
        }
        else if (!_isOver)
        {
            _isOver = true;
            _hello.SendOn(target, _hello.ResumeToken);
        }
    }

    private void End(AccelioStatus status, long retryAfter)
    {
        if (!_isOver)
        {
            _isOver = true;
            _hello.Decline(status, retryAfter);
        }
    }
}
