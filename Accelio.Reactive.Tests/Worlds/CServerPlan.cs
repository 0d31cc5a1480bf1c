namespace Accelio.Reactive.Tests.Worlds;

/// <summary>A server on libxio in a random world.</summary>
/// <param name="Greeting">What it says to those who ask for a session.</param>
/// <param name="Depth">How many messages it takes ahead, with libxio's flow control; 0 where that is off.</param>
/// <param name="MaxUnanswered">How many messages its clients leave unanswered there, where it is off.</param>
internal sealed record CServerPlan(CGreeting Greeting, int Depth, int MaxUnanswered);
