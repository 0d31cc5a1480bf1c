namespace Accelio.Transports.Wire;

/// <summary>What a <see cref="RemoteItem"/> asks for.</summary>
internal enum RemoteOperation : byte
{
    /// <summary>The bytes, as the body of the response.</summary>
    Read = 1,

    /// <summary>The body of the request is put there.</summary>
    Write = 2,
}
