namespace Accelio.Reactive.Tests.Sessions;

public class AbortRulesOverPortableTcp() : AbortRules(Wire.PortableTcp());

public class DeadlineRulesOverPortableTcp() : DeadlineRules(Wire.PortableTcp());

public class DrainTestsOverPortableTcp() : DrainTests(Wire.PortableTcp());

public class LifeTestsOverPortableTcp() : LifeTests(Wire.PortableTcp());

public class OneWayTestsOverPortableTcp() : OneWayTests(Wire.PortableTcp());

public class RequestTestsOverPortableTcp() : RequestTests(Wire.PortableTcp());

public class SessionAnswerRulesOverPortableTcp() : SessionAnswerRules(Wire.PortableTcp());

public class SnapshotTestsOverPortableTcp() : SnapshotTests(Wire.PortableTcp());

public class FlowControlTestsOverPortableTcp() : FlowControlTests(Wire.PortableTcp());

public class RedirectRulesOverPortableTcp() : RedirectRules(Wire.PortableTcp());

public class SharedLinkTestsOverPortableTcp() : SharedLinkTests(Wire.PortableTcp());

public class RequestEachRulesOverPortableTcp() : RequestEachRules(Wire.PortableTcp());

public class PortalRulesOverPortableTcp() : PortalRules(Wire.PortableTcp());

public class SharedMemoryRulesOverPortableTcp() : SharedMemoryRules(Wire.PortableTcp());

public class SharedPortRulesOverPortableTcp() : SharedPortRules(Wire.PortableTcp());

public class MoveTestsOverPortableTcp() : MoveTests(Wire.PortableTcp());

public class PortalTroubleRulesOverPortableTcp() : PortalTroubleRules(Wire.PortableTcp());

public class PortalDrainRulesOverPortableTcp() : PortalDrainRules(Wire.PortableTcp());
