namespace Accelio.Reactive;

internal static class Placeholder;
