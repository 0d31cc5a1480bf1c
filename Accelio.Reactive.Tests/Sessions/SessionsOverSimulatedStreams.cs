namespace Accelio.Reactive.Tests.Sessions;

public class AbortRulesOverSimulatedStreams() : AbortRules(Wire.SimulatedStreams());

public class DeadlineRulesOverSimulatedStreams() : DeadlineRules(Wire.SimulatedStreams());

public class DrainTestsOverSimulatedStreams() : DrainTests(Wire.SimulatedStreams());

public class BatchRulesOverSimulatedStreams() : BatchRules(Wire.SimulatedStreams());

public class NestedRequestRulesOverSimulatedStreams() : NestedRequestRules(Wire.SimulatedStreams());

public class CancellationRulesOverSimulatedStreams() : CancellationRules(Wire.SimulatedStreams());

public class ColdRequestRulesOverSimulatedStreams() : ColdRequestRules(Wire.SimulatedStreams());

public class HandlerRulesOverSimulatedStreams() : HandlerRules(Wire.SimulatedStreams());

public class LifeTestsOverSimulatedStreams() : LifeTests(Wire.SimulatedStreams());

public class OneWayTestsOverSimulatedStreams() : OneWayTests(Wire.SimulatedStreams());

public class RequestTestsOverSimulatedStreams() : RequestTests(Wire.SimulatedStreams());

public class SessionAnswerRulesOverSimulatedStreams() : SessionAnswerRules(Wire.SimulatedStreams());

public class SnapshotTestsOverSimulatedStreams() : SnapshotTests(Wire.SimulatedStreams());

public class FlowControlTestsOverSimulatedStreams() : FlowControlTests(Wire.SimulatedStreams());

public class RedirectRulesOverSimulatedStreams() : RedirectRules(Wire.SimulatedStreams());

public class SharedLinkTestsOverSimulatedStreams() : SharedLinkTests(Wire.SimulatedStreams());

public class RequestEachRulesOverSimulatedStreams() : RequestEachRules(Wire.SimulatedStreams());

public class PortalRulesOverSimulatedStreams() : PortalRules(Wire.SimulatedStreams());

public class SharedMemoryRulesOverSimulatedStreams() : SharedMemoryRules(Wire.SimulatedStreams());

public class SharedPortRulesOverSimulatedStreams() : SharedPortRules(Wire.SimulatedStreams());

public class MoveTestsOverSimulatedStreams() : MoveTests(Wire.SimulatedStreams());

public class PortalTroubleRulesOverSimulatedStreams() : PortalTroubleRules(Wire.SimulatedStreams());

public class PortalDrainRulesOverSimulatedStreams() : PortalDrainRules(Wire.SimulatedStreams());
