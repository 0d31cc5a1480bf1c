using System.Reflection;
using Accelio.Reactive.Tests.House.BadRoom;
using Xunit;

namespace Accelio.Reactive.Tests.House;

/// <summary>Who may know whom (docs/architecture.md).</summary>
public class RoomsTests
{
    private static readonly Assembly NativeAssembly = Assembly.Load("Accelio.Native");
    private static readonly Assembly TransportsAssembly = Assembly.Load("Accelio.Transports");
    private static readonly Assembly ReactiveAssembly = Assembly.Load("Accelio.Reactive");

    private static readonly string[] Locks =
    [
        "System.Threading.Monitor",
        "System.Threading.Lock",
        "System.Threading.SpinLock",
        "System.Threading.SemaphoreSlim",
        "System.Threading.ReaderWriterLockSlim",
        "System.Threading.Mutex",
        "System.Collections.Concurrent",
    ];

    private static readonly RoomRule[] Rules =
    [
        new(
            "Accelio.Reactive.Engine",
            "the engine is input + now -> output: no I/O, no clock, no threads, no Rx, no chance",
            "System.Reactive",
            "System.IObservable",
            "System.IObserver",
            "System.Threading",
            "System.Net.Sockets",
            "System.IO",
            "System.TimeProvider",
            "System.DateTime",
            "System.DateTimeOffset",
            "System.Diagnostics",
            "System.Environment.get_TickCount",
            "System.Environment.get_TickCount64",
            "System.Random",
            "System.Guid.NewGuid",
            "System.Security.Cryptography",
            "System.Console",
            "System.Linq",
            "Microsoft.Extensions",
            "Accelio.Native",
            "Accelio.Transports.Tcp",
            "Accelio.Reactive.Rx",
            "Accelio.Reactive.Diagnostics"),
        new(
            "Accelio.Transports.Wire",
            "the wire room is spans in, spans out: it knows neither descriptors nor pollers nor pools",
            "System.Threading",
            "System.Net.Sockets",
            "System.IO",
            "System.Linq",
            "Accelio.Native",
            "Accelio.Transports.Polling",
            "Accelio.Transports.Memory",
            "Accelio.Transports.Tcp"),
        new(
            "Accelio.Transports.Streams",
            "a stream link does not care whose bytes they are, and its context alone touches it",
            [.. Locks, "Accelio.Native.Linux.Sockets", "Accelio.Native.Linux.Descriptors", "Accelio.Transports.Tcp",
                "Accelio.Transports.Simulated"]),
        new("Accelio.Transports.Slots", "a slot link does not care who carries its messages, and its context alone touches it",
            [.. Locks, "Accelio.Native", "Accelio.Transports.Tcp", "Accelio.Transports.Streams", "Accelio.Transports.Simulated"]),
        new("Accelio.Transports.Rdma", "it carries what slot links want carried",
            "Accelio.Transports.Streams", "Accelio.Transports.Simulated"),
        new("Accelio.Transports.Tcp", "its context alone touches a link: there is nothing to lock",
            [.. Locks, "Accelio.Transports.Simulated"]),
        new(
            "Accelio.Transports.Polling",
            "a poller turns without a lock; what it turns is not its business",
            [.. Locks, "Accelio.Transports.Wire", "Accelio.Transports.Streams", "Accelio.Transports.Slots", "Accelio.Transports.Tcp",
                "Accelio.Transports.Simulated"]),
        new(
            "Accelio.Transports.Memory",
            "memory knows nothing of what lies in it",
            "Accelio.Transports.Wire",
            "Accelio.Transports.Streams",
            "Accelio.Transports.Slots",
            "Accelio.Transports.Tcp",
            "Accelio.Transports.Simulated"),
    ];

    public static TheoryData<string> RoomsWithRules => [.. Rules.Select(rule => rule.Room)];

    [Theory]
    [MemberData(nameof(RoomsWithRules))]
    public void A_room_mentions_nothing_that_is_forbidden_to_it(string room)
    {
        var rule = Rules.Single(rule => rule.Room == room);
        var assembly = room.StartsWith("Accelio.Reactive", StringComparison.Ordinal) ? ReactiveAssembly : TransportsAssembly;
        var folder = room.Replace("Accelio.Reactive.", "Accelio.Reactive/", StringComparison.Ordinal)
            .Replace("Accelio.Transports.", "Accelio.Transports/", StringComparison.Ordinal);

        var uses = CompiledAssembly.Read(assembly).Uses;

        var hasSource = Repository.SourceFiles.Any(file => file.StartsWith(folder + "/", StringComparison.Ordinal));
        Assert.Equal(hasSource, uses.Any(use => use.Room.StartsWith(room, StringComparison.Ordinal)));
        Assert.True(!rule.Broken(uses).Any(), $"{rule.Why}:\n{string.Join('\n', rule.Broken(uses))}");
    }

    [Fact]
    public void Native_refers_to_the_framework_alone() =>
        Assert.Empty(CompiledAssembly.Read(NativeAssembly).References.Where(name => !IsFramework(name)));

    [Fact]
    public void Transports_refers_to_the_framework_and_to_Native_alone() =>
        Assert.Empty(CompiledAssembly.Read(TransportsAssembly).References.Where(name => !IsFramework(name)).Except(["Accelio.Native"]));

    [Fact]
    public void Reactive_refers_to_no_more_than_it_says()
    {
        string[] allowed = ["Accelio.Transports", "System.Reactive", "Microsoft.Extensions.Logging.Abstractions",
            "Microsoft.Extensions.ObjectPool"];

        Assert.Empty(CompiledAssembly.Read(ReactiveAssembly).References.Where(name => !IsFramework(name)).Except(allowed));
    }

    [Fact]
    public void Only_Native_calls_native_libraries()
    {
        Assert.Empty(CompiledAssembly.Read(TransportsAssembly).NativeCalls);
        Assert.Empty(CompiledAssembly.Read(ReactiveAssembly).NativeCalls);
        if (Repository.SourceFiles.Any(file => file.StartsWith("Accelio.Native/Linux/", StringComparison.Ordinal)))
        {
            Assert.NotEmpty(CompiledAssembly.Read(NativeAssembly).NativeCalls);
        }
    }

    [Fact]
    public void Internals_are_visible_to_the_next_room_and_to_the_tests_alone()
    {
        // Two programs of tests: those that need RDMA have one of their own.
        string[] tests = ["Accelio.Reactive.Tests", "Accelio.Reactive.Tests.Rdma"];

        Assert.Equal([.. tests, "Accelio.Transports"], CompiledAssembly.Read(NativeAssembly).Friends.Order());
        Assert.Equal(["Accelio.Reactive", .. tests], CompiledAssembly.Read(TransportsAssembly).Friends.Order());
        Assert.Equal(tests, CompiledAssembly.Read(ReactiveAssembly).Friends.Order());
    }

    [Fact]
    public void A_forbidden_mention_is_found_wherever_it_hides()
    {
        var room = typeof(EveryMention).Namespace!;
        var rule = new RoomRule(room, "a sample", "System.Threading", "System.DateTime.get_UtcNow", "System.IO", "System.TimeProvider",
            "System.Random");

        var broken = rule.Broken(CompiledAssembly.Read(typeof(EveryMention).Assembly).Uses)
            .Select(use => use.User[(room.Length + 1)..] + " > " + use.Used)
            .ToHashSet();

        Assert.Contains("EveryMention > System.Threading.Timer", broken);                                  // field
        Assert.Contains("EveryMention > System.TimeProvider", broken);                                     // base type
        Assert.Contains("EveryMention.InSignature > System.Threading.CancellationToken", broken);          // parameter, as a type argument
        Assert.Contains("EveryMention.InLocal > System.IO.Stream", broken);                                // local variable
        Assert.Contains("EveryMention.InCatch > System.IO.IOException", broken);                           // catch clause
        Assert.Contains("EveryMention.InConstraint > System.IO.Stream", broken);                           // constraint of a type parameter
        Assert.Contains("EveryMention.InCall > System.DateTime.get_UtcNow", broken);                       // one member of an allowed type
        Assert.Contains(broken, use => use.Contains("InLambda", StringComparison.Ordinal)
            && use.EndsWith("System.DateTime.get_UtcNow", StringComparison.Ordinal));
        Assert.Contains(broken, use => use.Contains("InIterator", StringComparison.Ordinal)
            && use.EndsWith("System.Random", StringComparison.Ordinal));
        Assert.Contains(broken, use => use.Contains("InAsync", StringComparison.Ordinal)
            && use.EndsWith("System.Threading.Tasks.Task", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_not_forbidden_is_not_reported()
    {
        var rule = new RoomRule(typeof(EveryMention).Namespace!, "a sample", "System.Thread", "System.DateTime.get_Now", "System.I");

        Assert.Empty(rule.Broken(CompiledAssembly.Read(typeof(EveryMention).Assembly).Uses));
    }

    [Fact]
    public void References_friends_and_native_calls_are_read()
    {
        var tests = CompiledAssembly.Read(typeof(RoomsTests).Assembly);

        Assert.Contains("xunit.core", tests.References);
        Assert.False(IsFramework("xunit.core"));
        Assert.True(IsFramework("System.Runtime"));
        Assert.Contains(tests.NativeCalls, name => name.EndsWith(".getppid", StringComparison.Ordinal));
    }

    private static bool IsFramework(string assembly) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, assembly + ".dll"));
}
