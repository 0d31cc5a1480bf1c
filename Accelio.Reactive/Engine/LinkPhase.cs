namespace Accelio.Reactive.Engine;

/// <summary>Where a link is in its life.</summary>
internal enum LinkPhase
{
    /// <summary>The transport is connecting.</summary>
    Connecting = 0,

    /// <summary>Set-up messages are exchanged.</summary>
    SettingUp,

    /// <summary>Frames flow.</summary>
    Open,

    /// <summary>Over.</summary>
    Closed,
}
