namespace Accelio.Reactive.Tests.Sessions;

public class AbortRulesOverSimulatedSlots() : AbortRules(Wire.SimulatedSlots());

public class DeadlineRulesOverSimulatedSlots() : DeadlineRules(Wire.SimulatedSlots());

public class DrainTestsOverSimulatedSlots() : DrainTests(Wire.SimulatedSlots());

public class BatchRulesOverSimulatedSlots() : BatchRules(Wire.SimulatedSlots());

public class NestedRequestRulesOverSimulatedSlots() : NestedRequestRules(Wire.SimulatedSlots());

public class CancellationRulesOverSimulatedSlots() : CancellationRules(Wire.SimulatedSlots());

public class ColdRequestRulesOverSimulatedSlots() : ColdRequestRules(Wire.SimulatedSlots());

public class HandlerRulesOverSimulatedSlots() : HandlerRules(Wire.SimulatedSlots());

public class LifeTestsOverSimulatedSlots() : LifeTests(Wire.SimulatedSlots());

public class OneWayTestsOverSimulatedSlots() : OneWayTests(Wire.SimulatedSlots());

public class RequestTestsOverSimulatedSlots() : RequestTests(Wire.SimulatedSlots());

public class SessionAnswerRulesOverSimulatedSlots() : SessionAnswerRules(Wire.SimulatedSlots());

public class SnapshotTestsOverSimulatedSlots() : SnapshotTests(Wire.SimulatedSlots());

public class FlowControlTestsOverSimulatedSlots() : FlowControlTests(Wire.SimulatedSlots());

public class RedirectRulesOverSimulatedSlots() : RedirectRules(Wire.SimulatedSlots());

public class SharedLinkTestsOverSimulatedSlots() : SharedLinkTests(Wire.SimulatedSlots());

public class RequestEachRulesOverSimulatedSlots() : RequestEachRules(Wire.SimulatedSlots());

public class PortalRulesOverSimulatedSlots() : PortalRules(Wire.SimulatedSlots());

public class SharedMemoryRulesOverSimulatedSlots() : SharedMemoryRules(Wire.SimulatedSlots());

public class SharedPortRulesOverSimulatedSlots() : SharedPortRules(Wire.SimulatedSlots());

public class MoveTestsOverSimulatedSlots() : MoveTests(Wire.SimulatedSlots());

public class PortalTroubleRulesOverSimulatedSlots() : PortalTroubleRules(Wire.SimulatedSlots());

public class PortalDrainRulesOverSimulatedSlots() : PortalDrainRules(Wire.SimulatedSlots());
