using Accelio.Transports;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>What a test does with a frame that has just arrived.</summary>
internal delegate void ArrivalPolicy(ref InboundFrame frame);
