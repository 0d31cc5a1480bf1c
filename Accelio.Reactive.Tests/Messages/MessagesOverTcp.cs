namespace Accelio.Reactive.Tests.Messages;

public class DroppedLeaseTestsOverTcp() : DroppedLeaseTests(Sessions.Wire.Tcp());

public class LeaseTestsOverTcp() : LeaseTests(Sessions.Wire.Tcp());

public class LeaseThreadsTestsOverTcp() : LeaseThreadsTests(Sessions.Wire.Tcp());

public class MisuseTestsOverTcp() : MisuseTests(Sessions.Wire.Tcp());

public class MemoryGoneTestsOverTcp() : MemoryGoneTests(Sessions.Wire.Tcp());
