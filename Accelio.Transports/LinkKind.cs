namespace Accelio.Transports;

/// <summary>The two shapes of a link.</summary>
internal enum LinkKind
{
    /// <summary>A byte stream: bodies follow their headers.</summary>
    Stream,

    /// <summary>Fixed slots with exact transport credits; large bodies are fetched or placed by themselves.</summary>
    Slots,
}
