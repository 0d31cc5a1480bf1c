namespace Accelio.Reactive.Tests.Sessions;

public class LeaseTestsOverPortableTcp() : LeaseTests(Wire.PortableTcp());

public class LifeTestsOverPortableTcp() : LifeTests(Wire.PortableTcp());

public class OneWayTestsOverPortableTcp() : OneWayTests(Wire.PortableTcp());

public class RequestTestsOverPortableTcp() : RequestTests(Wire.PortableTcp());
