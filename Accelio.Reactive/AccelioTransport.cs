namespace Accelio.Reactive;

/// <summary>A transport, and whether this machine has what it takes. Any thread.</summary>
public sealed class AccelioTransport
{
    private readonly Func<string?> _obstacle;

    internal AccelioTransport(string scheme, Func<string?> obstacle)
    {
        Scheme = scheme;
        _obstacle = obstacle;
    }

    /// <summary>The scheme of URIs that choose it, lower case.</summary>
    public string Scheme { get; }

    /// <summary>Whether it can be used here. The machine is looked at, which takes some milliseconds, until it can; and again after a device was removed. Never throws.</summary>
    public TransportAvailability Availability => new(_obstacle());
}
