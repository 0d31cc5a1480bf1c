namespace Accelio.Native;

internal static class Placeholder;
