namespace Accelio.Reactive;

/// <summary>How a session uses its <see cref="AccelioSessionOptions.Paths"/>.</summary>
public enum PathMode
{
    /// <summary>The session has one connection, on the first path that leads to the server. On the others links are kept open, with signs of life: when the path is lost the connection goes on over one of them at once.</summary>
    ActiveStandby = 0,

    /// <summary>The session has connections on every path, as many as it would have without paths, and its messages spread over them as <see cref="AccelioPeerOptions.Selection"/> says. When a path is lost its connections go on over
    /// the others.</summary>
    ActiveActive = 1,
}
