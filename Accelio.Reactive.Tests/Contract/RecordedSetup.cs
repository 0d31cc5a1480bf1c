using Accelio.Transports;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>A set-up message as it arrived.</summary>
internal sealed record RecordedSetup(LinkSetup Setup, byte[] Trailer);
