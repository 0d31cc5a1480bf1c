using Accelio.Native.Linux;
using Accelio.Transports.Rdma;
using Xunit;

namespace Accelio.Reactive.Tests.Native;

/// <summary>Whoever meets the limit of locked memory is told of it.</summary>
public class LockedMemoryTests
{
    [Fact]
    public void The_limit_is_what_the_system_says()
    {
        Assert.Equal(0, ResourceLimits.GetLockedMemory(out var limit));

        var line = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max locked memory", StringComparison.Ordinal));
        var soft = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        Assert.Equal(soft == "unlimited" ? ulong.MaxValue : ulong.Parse(soft, System.Globalization.CultureInfo.InvariantCulture), limit);
    }

    [Fact]
    public void Memory_that_exceeds_the_limit_is_explained_by_it()
    {
        var text = RdmaMemoryLimit.Explain(-Errno.NoMemory, 4_194_304, "mlx5_0", 8_388_608);

        Assert.StartsWith("4194304 bytes of memory could not be registered with mlx5_0: Cannot allocate memory (errno 12).", text, StringComparison.Ordinal);
        Assert.Contains("may lock 8388608 bytes: raise the limit (ulimit -l", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Errno.NoMemory, ulong.MaxValue)]
    [InlineData(Errno.Invalid, 8_388_608UL)]
    public void Another_reason_does_not_blame_the_limit(int error, ulong limit) =>
        Assert.DoesNotContain("ulimit", RdmaMemoryLimit.Explain(-error, 4096, "mlx5_0", limit), StringComparison.Ordinal);
}
