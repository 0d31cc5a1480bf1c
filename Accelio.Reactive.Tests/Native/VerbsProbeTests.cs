using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Xunit;

namespace Accelio.Reactive.Tests.Native;

/// <summary>A machine without RDMA is told so in words that help.</summary>
public class VerbsProbeTests
{
    private static readonly VerbsFindings Complete = new() { IsKnownSystem = true, Devices = 1 };

    [Fact]
    public void Nothing_is_missing_where_there_are_libraries_a_device_and_its_connection_manager() =>
        Assert.Null(VerbsProbe.Explain(Complete));

    [Fact]
    public void Another_system_than_64_bit_Linux_is_named() =>
        Assert.Equal("rdma is not available here, because this is not 64-bit Linux.", VerbsProbe.Explain(default));

    [Fact]
    public void A_missing_library_is_named_with_what_installs_it()
    {
        var reason = VerbsProbe.Explain(Complete with { MissingLibrary = "librdmacm.so.1", Devices = 0 });

        Assert.StartsWith("rdma is not available here, because librdmacm.so.1 cannot be loaded. Install rdma-core", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-Errno.NoDevice)]
    [InlineData(-Errno.NotImplemented)]
    [InlineData(-Errno.NoEntry)]
    public void A_machine_without_a_device_is_told_how_to_get_one(int listResult)
    {
        var reason = VerbsProbe.Explain(Complete with { Devices = 0, ListResult = listResult });

        Assert.StartsWith("rdma is not available here, because there is no RDMA device. Load the driver", reason, StringComparison.Ordinal);
        Assert.Contains("rdma_rxe", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_failure_to_list_the_devices_is_said_in_the_systems_words()
    {
        var reason = VerbsProbe.Explain(Complete with { Devices = 0, ListResult = -Errno.NoMemory });

        Assert.Contains("the devices cannot be listed: Cannot allocate memory (errno 12)", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_without_its_connection_manager_is_no_use()
    {
        var reason = VerbsProbe.Explain(Complete with { ChannelResult = -Errno.NoEntry });

        Assert.Contains("/dev/infiniband/rdma_cm cannot be opened: No such file or directory (errno 2)", reason, StringComparison.Ordinal);
        Assert.Contains("modprobe rdma_ucm", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Asking_this_machine_is_safe_whatever_it_has_and_gives_the_same_answer_twice()
    {
        var first = VerbsProbe.Look();
        var second = VerbsProbe.Look();

        Assert.Equal(first, second);
        Assert.Equal(first is { Devices: > 0, ChannelResult: 0 }, VerbsProbe.Explain(first) is null);
        Assert.True(first.MissingLibrary is null || first.Devices == 0);
    }
}
