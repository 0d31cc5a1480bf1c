namespace Accelio.Reactive.Tests.Worlds;

/// <summary>What a server on libxio says to those who ask it for a session.</summary>
internal enum CGreeting
{
    /// <summary>That they have it, on the connection on which they asked.</summary>
    Serves,

    /// <summary>That they have it, and at which other port its connections are.</summary>
    NamesPortal,

    /// <summary>At which other port to ask.</summary>
    Redirects,
}
