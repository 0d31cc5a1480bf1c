using Accelio.Transports;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>A line of the log: this link ended badly.</summary>
internal sealed record LinkFailure(string Peer, LinkError Error, string Detail);
