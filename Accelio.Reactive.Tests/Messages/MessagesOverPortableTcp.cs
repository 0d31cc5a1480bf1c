namespace Accelio.Reactive.Tests.Messages;

public class AdmissionTestsOverPortableTcp() : AdmissionTests(Sessions.Wire.PortableTcp());

public class DroppedLeaseTestsOverPortableTcp() : DroppedLeaseTests(Sessions.Wire.PortableTcp());

public class LeaseTestsOverPortableTcp() : LeaseTests(Sessions.Wire.PortableTcp());

public class LeaseThreadsTestsOverPortableTcp() : LeaseThreadsTests(Sessions.Wire.PortableTcp());

public class MisuseTestsOverPortableTcp() : MisuseTests(Sessions.Wire.PortableTcp());

public class MemoryGoneTestsOverPortableTcp() : MemoryGoneTests(Sessions.Wire.PortableTcp());

public class BorrowRuleTestsOverPortableTcp() : BorrowRuleTests(Sessions.Wire.PortableTcp());

public class EchoTestsOverPortableTcp() : EchoTests(Sessions.Wire.PortableTcp());

public class RegisteredMemoryTestsOverPortableTcp() : RegisteredMemoryTests(Sessions.Wire.PortableTcp());

public class WriterTestsOverPortableTcp() : WriterTests(Sessions.Wire.PortableTcp());

public class BufferSelectorTestsOverPortableTcp() : BufferSelectorTests(Sessions.Wire.PortableTcp());
