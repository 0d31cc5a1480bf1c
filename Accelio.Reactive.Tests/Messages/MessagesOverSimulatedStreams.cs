namespace Accelio.Reactive.Tests.Messages;

public class DroppedLeaseTestsOverSimulatedStreams() : DroppedLeaseTests(Sessions.Wire.SimulatedStreams());

public class LeaseTestsOverSimulatedStreams() : LeaseTests(Sessions.Wire.SimulatedStreams());

public class LeaseThreadsTestsOverSimulatedStreams() : LeaseThreadsTests(Sessions.Wire.SimulatedStreams());

public class MisuseTestsOverSimulatedStreams() : MisuseTests(Sessions.Wire.SimulatedStreams());

public class MemoryGoneTestsOverSimulatedStreams() : MemoryGoneTests(Sessions.Wire.SimulatedStreams());
