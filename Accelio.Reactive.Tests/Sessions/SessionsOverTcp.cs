namespace Accelio.Reactive.Tests.Sessions;

public class AbortRulesOverTcp() : AbortRules(Wire.Tcp());

public class DeadlineRulesOverTcp() : DeadlineRules(Wire.Tcp());

public class DrainTestsOverTcp() : DrainTests(Wire.Tcp());

public class BatchRulesOverTcp() : BatchRules(Wire.Tcp());

public class NestedRequestRulesOverTcp() : NestedRequestRules(Wire.Tcp());

public class CancellationRulesOverTcp() : CancellationRules(Wire.Tcp());

public class ColdRequestRulesOverTcp() : ColdRequestRules(Wire.Tcp());

public class HandlerRulesOverTcp() : HandlerRules(Wire.Tcp());

public class LifeTestsOverTcp() : LifeTests(Wire.Tcp());

public class OneWayTestsOverTcp() : OneWayTests(Wire.Tcp());

public class RequestTestsOverTcp() : RequestTests(Wire.Tcp());

public class SessionAnswerRulesOverTcp() : SessionAnswerRules(Wire.Tcp());

public class SnapshotTestsOverTcp() : SnapshotTests(Wire.Tcp());

public class FlowControlTestsOverTcp() : FlowControlTests(Wire.Tcp());

public class RedirectRulesOverTcp() : RedirectRules(Wire.Tcp());

public class SharedLinkTestsOverTcp() : SharedLinkTests(Wire.Tcp());

public class RequestEachRulesOverTcp() : RequestEachRules(Wire.Tcp());

public class PortalRulesOverTcp() : PortalRules(Wire.Tcp());

public class SharedMemoryRulesOverTcp() : SharedMemoryRules(Wire.Tcp());

public class SharedPortRulesOverTcp() : SharedPortRules(Wire.Tcp());

public class MoveTestsOverTcp() : MoveTests(Wire.Tcp());

public class PortalTroubleRulesOverTcp() : PortalTroubleRules(Wire.Tcp());

public class PortalDrainRulesOverTcp() : PortalDrainRules(Wire.Tcp());
