namespace Accelio.Reactive.Tests.Messages;

public class AdmissionTestsOverTcp() : AdmissionTests(Sessions.Wire.Tcp());

public class DroppedLeaseTestsOverTcp() : DroppedLeaseTests(Sessions.Wire.Tcp());

public class LeaseTestsOverTcp() : LeaseTests(Sessions.Wire.Tcp());

public class LeaseThreadsTestsOverTcp() : LeaseThreadsTests(Sessions.Wire.Tcp());

public class MisuseTestsOverTcp() : MisuseTests(Sessions.Wire.Tcp());

public class MemoryGoneTestsOverTcp() : MemoryGoneTests(Sessions.Wire.Tcp());

public class BorrowRuleTestsOverTcp() : BorrowRuleTests(Sessions.Wire.Tcp());

public class EchoTestsOverTcp() : EchoTests(Sessions.Wire.Tcp());

public class RegisteredMemoryTestsOverTcp() : RegisteredMemoryTests(Sessions.Wire.Tcp());

public class WriterTestsOverTcp() : WriterTests(Sessions.Wire.Tcp());

public class BufferSelectorTestsOverTcp() : BufferSelectorTests(Sessions.Wire.Tcp());
