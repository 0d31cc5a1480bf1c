namespace Accelio.Reactive;

/// <summary>The first header byte of requests between servers (wire protocol, section 19.11).</summary>
internal enum HandOverOperation : byte
{
    /// <summary>A random number; the answer has another one, and a proof.</summary>
    Greet = 1,

    /// <summary>Header: number and proof. Body: a <see cref="HandOverState"/>. The answer has a token for each connection.</summary>
    Offer = 2,
}
