namespace Accelio.Reactive.Tests.Messages;

public class AdmissionTestsOverSimulatedStreams() : AdmissionTests(Sessions.Wire.SimulatedStreams());

public class DroppedLeaseTestsOverSimulatedStreams() : DroppedLeaseTests(Sessions.Wire.SimulatedStreams());

public class LeaseTestsOverSimulatedStreams() : LeaseTests(Sessions.Wire.SimulatedStreams());

public class LeaseThreadsTestsOverSimulatedStreams() : LeaseThreadsTests(Sessions.Wire.SimulatedStreams());

public class MisuseTestsOverSimulatedStreams() : MisuseTests(Sessions.Wire.SimulatedStreams());

public class MemoryGoneTestsOverSimulatedStreams() : MemoryGoneTests(Sessions.Wire.SimulatedStreams());

public class BorrowRuleTestsOverSimulatedStreams() : BorrowRuleTests(Sessions.Wire.SimulatedStreams());

public class EchoTestsOverSimulatedStreams() : EchoTests(Sessions.Wire.SimulatedStreams());

public class RegisteredMemoryTestsOverSimulatedStreams() : RegisteredMemoryTests(Sessions.Wire.SimulatedStreams());

public class WriterTestsOverSimulatedStreams() : WriterTests(Sessions.Wire.SimulatedStreams());

public class BufferSelectorTestsOverSimulatedStreams() : BufferSelectorTests(Sessions.Wire.SimulatedStreams());
