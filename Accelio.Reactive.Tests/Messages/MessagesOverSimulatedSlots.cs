namespace Accelio.Reactive.Tests.Messages;

public class DroppedLeaseTestsOverSimulatedSlots() : DroppedLeaseTests(Sessions.Wire.SimulatedSlots());

public class LeaseTestsOverSimulatedSlots() : LeaseTests(Sessions.Wire.SimulatedSlots());

public class LeaseThreadsTestsOverSimulatedSlots() : LeaseThreadsTests(Sessions.Wire.SimulatedSlots());

public class MisuseTestsOverSimulatedSlots() : MisuseTests(Sessions.Wire.SimulatedSlots());

public class MemoryGoneTestsOverSimulatedSlots() : MemoryGoneTests(Sessions.Wire.SimulatedSlots());
