using Accelio.Reactive.Tests.Sessions;

namespace Accelio.Reactive.Tests.Rdma.Lane;

public class RequestTestsOverRdma() : RequestTests(Wire.Rdma(RdmaAddresses.Server));

public class OneWayTestsOverRdma() : OneWayTests(Wire.Rdma(RdmaAddresses.Server));
