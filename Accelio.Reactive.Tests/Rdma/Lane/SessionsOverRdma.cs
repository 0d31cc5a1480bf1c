using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

[Trait("Lane", "Full")]
public class AbortRulesOverRdma() : AbortRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class BatchRulesOverRdma() : BatchRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class CancellationRulesOverRdma() : CancellationRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class ColdRequestRulesOverRdma() : ColdRequestRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class DeadlineRulesOverRdma() : DeadlineRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class DrainTestsOverRdma() : DrainTests(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class FlowControlTestsOverRdma() : FlowControlTests(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class HandlerRulesOverRdma() : HandlerRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class LifeTestsOverRdma() : LifeTests(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class MoveTestsOverRdma() : MoveTests(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class NestedRequestRulesOverRdma() : NestedRequestRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class OneWayTestsOverRdma() : OneWayTests(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class PortalRulesOverRdma() : PortalRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class PortalTroubleRulesOverRdma() : PortalTroubleRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class RedirectRulesOverRdma() : RedirectRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class RequestEachRulesOverRdma() : RequestEachRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class RequestTestsOverRdma() : RequestTests(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class SessionAnswerRulesOverRdma() : SessionAnswerRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class SharedLinkTestsOverRdma() : SharedLinkTests(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class SharedMemoryRulesOverRdma() : SharedMemoryRules(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class SnapshotTestsOverRdma() : SnapshotTests(Wire.Rdma(RdmaAddresses.Server));

[Trait("Lane", "Full")]
public class PortalDrainRulesOverRdma() : PortalDrainRules(Wire.Rdma(RdmaAddresses.Server));
