namespace Accelio.Reactive.Engine;

/// <summary>What an outgoing message waits for.</summary>
internal enum OutgoingKind
{
    /// <summary>A request: its response.</summary>
    Request = 0,

    /// <summary>A one-way message: that its memory is free.</summary>
    OneWay = 1,

    /// <summary>A one-way message: its receipt.</summary>
    Deliver = 2,
}
