using Accelio.Transports;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>What a <see cref="RecordingSink"/> does instead of recording.</summary>
/// <param name="OnFrame">Called with every frame.</param>
/// <param name="OnReleased">Called with every token, unpinned.</param>
internal sealed record LeanHandlers(ArrivalPolicy OnFrame, Action<SendToken> OnReleased);
