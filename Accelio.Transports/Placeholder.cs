namespace Accelio.Transports;

internal static class Placeholder;
