namespace Accelio.Transports.Wire;

/// <summary>Messages of one connection by their serial numbers, both ends included; numbers between them that were never used count for nothing.</summary>
/// <param name="First">The first serial number.</param>
/// <param name="Last">The last serial number; not below the first.</param>
internal readonly record struct SerialRun(ulong First, ulong Last);
