using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Signs of life (wire protocol, section 15) and the limits of links without a session.</content>
internal sealed partial class LinkMachine
{
    private readonly IdleTimer _idle = new();
    private long _readingSince;
    private bool _isPaused;
    private bool _isProbing;

    /// <summary>How long nothing may arrive.</summary>
    private long DetectWithin => HasFlow ? Settings.DetectWithin : Settings.DetectCPeerWithin;

    /// <summary>Whether the peer is one of ours with windows.</summary>
    public bool HasFlow => (Features & LinkFeatures.Flow) != 0;

    /// <summary>Whether messages can be given up at the peer.</summary>
    public bool HasAbort => (Features & LinkFeatures.Abort) != 0;

    /// <summary>Whether requests say how much time they have left.</summary>
    public bool HasDeadline => (Features & LinkFeatures.Deadline) != 0;

    /// <summary>Whether connections can be drained.</summary>
    public bool HasDrain => (Features & LinkFeatures.Drain) != 0;

    /// <summary>Whether sessions have keys, and connections ids of their own.</summary>
    public bool HasConnections => (Features & LinkFeatures.Connections) != 0;

    /// <summary>Whether memory can be shared.</summary>
    public bool HasMemory => (Features & LinkFeatures.Memory) != 0;

    /// <summary>Whether connections go on over another link when this one is lost.</summary>
    public bool HasResume => (Features & LinkFeatures.Resume) != 0;

    /// <summary>Whether servers may move connections elsewhere.</summary>
    public bool HasMigration => (Features & LinkFeatures.Migration) != 0;

    /// <summary>Poller time.</summary>
    public long Now => Poller.Now;

    /// <summary>Stops reading the link: a consumer of a peer without flow control cannot keep up.</summary>
    internal void Pause()
    {
        if (!_isPaused)
        {
            _isPaused = true;
            Link.PauseReceive();
        }
    }

    /// <summary>Reads on. The time in which the link was not read does not count as silence.</summary>
    internal void Resume()
    {
        if (_isPaused)
        {
            _isPaused = false;
            _readingSince = Now;
            Link.ResumeReceive();
        }
    }

    private void StartLife()
    {
        _readingSince = Now;
        if (DetectWithin != long.MaxValue)
        {
            Timers.Schedule(_life, Now + (DetectWithin / 3));
        }
    }

    private void OnLifeTimer(long now)
    {
        // Without a connection nobody can be asked for a sign of life: such a link is silent, and lives as long as the idle timer lets it.
        var silence = IsAlone ? 0 : now - Math.Max(Link.LastReceived, _readingSince);
        if (!_isPaused && silence >= DetectWithin)
        {
            Link.Abort(LinkError.KeepAliveExpired, $"nothing was received for {TimeSpan.FromTicks(silence).TotalSeconds:0.#} s");
            return;
        }

        if (!_isPaused && !_isProbing && silence >= DetectWithin / 3)
        {
            Probe();
        }

        Timers.Schedule(_life, now + (DetectWithin / 3));
    }

    /// <summary>Asks for a sign of life on one connection: what arrives counts for the whole link.</summary>
    private void Probe()
    {
        if (_connections.Count == 0)
        {
            AskForStandby();
            return;
        }

        foreach (var connection in _connections.Values)
        {
            if (connection.TrySendProbe())
            {
                _isProbing = true;
                return;
            }
        }
    }

    internal void OnProbeAnswered() => _isProbing = false;

    private void StartIdleTimer(long limit)
    {
        _idle.Owner = this;
        Timers.Cancel(_idle);
        if (limit != long.MaxValue)
        {
            Timers.Schedule(_idle, Now + limit);
        }
    }

    private void OnIdleTimer()
    {
        if (Phase == LinkPhase.Open && _connections.Count == 0 && _hadSession)
        {
            Link.Close();
        }
        else if (_connections.Count == 0)
        {
            Link.Abort(LinkError.SetupTimeout, Phase == LinkPhase.Open ? "no session was opened on the link in time" : "the link was not set up in time");
        }
    }

    private sealed class LifeTimer(LinkMachine link) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => link.OnLifeTimer(now);
    }

    private sealed class IdleTimer : WheelTimer
    {
        public LinkMachine? Owner { get; set; }

        /// <inheritdoc/>
        public override void OnTimer(long now) => Owner!.OnIdleTimer();
    }
}
