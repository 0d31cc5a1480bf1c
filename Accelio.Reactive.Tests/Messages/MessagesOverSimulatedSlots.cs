namespace Accelio.Reactive.Tests.Messages;

public class AdmissionTestsOverSimulatedSlots() : AdmissionTests(Sessions.Wire.SimulatedSlots());

public class DroppedLeaseTestsOverSimulatedSlots() : DroppedLeaseTests(Sessions.Wire.SimulatedSlots());

public class LeaseTestsOverSimulatedSlots() : LeaseTests(Sessions.Wire.SimulatedSlots());

public class LeaseThreadsTestsOverSimulatedSlots() : LeaseThreadsTests(Sessions.Wire.SimulatedSlots());

public class MisuseTestsOverSimulatedSlots() : MisuseTests(Sessions.Wire.SimulatedSlots());

public class MemoryGoneTestsOverSimulatedSlots() : MemoryGoneTests(Sessions.Wire.SimulatedSlots());

public class BorrowRuleTestsOverSimulatedSlots() : BorrowRuleTests(Sessions.Wire.SimulatedSlots());

public class EchoTestsOverSimulatedSlots() : EchoTests(Sessions.Wire.SimulatedSlots());

public class RegisteredMemoryTestsOverSimulatedSlots() : RegisteredMemoryTests(Sessions.Wire.SimulatedSlots());

public class WriterTestsOverSimulatedSlots() : WriterTests(Sessions.Wire.SimulatedSlots());

public class BufferSelectorTestsOverSimulatedSlots() : BufferSelectorTests(Sessions.Wire.SimulatedSlots());
