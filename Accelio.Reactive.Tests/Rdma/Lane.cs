using System.Diagnostics;
using Accelio.Reactive.Tests.House;

namespace Accelio.Reactive.Tests.Rdma;

/// <summary>
/// The program of Lane/, whose tests run over RDMA: here if this machine has a device, else in a guest that emulates two (README.md). Its results are recorded in TestResults/lane/lane.trx.
/// </summary>
internal static class Lane
{
    /// <summary>What somebody reads whose tests were skipped.</summary>
    public const string HowToGetIt =
        "There is no RDMA device here and no QEMU that could emulate one. 'Accelio.Reactive.Tests/Rdma/rdma-guest --prepare', as root on Debian, installs what it takes.";

    // A guest boots in 6 seconds; the suite takes minutes there, and much longer beside other work.
    private const int GuestSeconds = 900;
    private const int FullGuestSeconds = 7200;
    private const int SlownessOfGuest = 5;

    /// <summary>Where the tests can run.</summary>
    public static LanePlace Place { get; } =
        Directory.Exists("/sys/class/infiniband") && Directory.EnumerateDirectories("/sys/class/infiniband").Any() ? LanePlace.Here
        : Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Combine(directory, "qemu-system-x86_64"))) ? LanePlace.Guest
        : LanePlace.Nowhere;

    /// <summary>Runs all tests of the lane, or with ACCELIO_LANE=full also those that take long.</summary>
    /// <returns>The exit code, and what was said.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync()
    {
        var isFull = Environment.GetEnvironmentVariable("ACCELIO_LANE") == "full";
        var configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/')))!;
        var program = Repository.PathOf($"Accelio.Reactive.Tests/Rdma/Lane/bin/{configuration}/net10.0/Accelio.Reactive.Tests.Rdma.dll");
        var results = Repository.PathOf("TestResults/lane");
        Directory.CreateDirectory(results);
        List<string> command = ["dotnet", "exec", program, "-trx", Path.Combine(results, "lane.trx"), "-parallel", "none", "-noColor", "-noLogo", "-verbose"];
        if (!isFull)
        {
            command.AddRange(["-trait-", "Lane=Full"]);
        }

        if (Place == LanePlace.Here)
        {
            command.AddRange(["-trait-", "Place=Guest"]);
        }

        if (Place == LanePlace.Guest)
        {
            var seconds = isFull ? FullGuestSeconds : GuestSeconds;
            command.InsertRange(0, [Repository.PathOf("Accelio.Reactive.Tests/Rdma/rdma-guest"), "-C", Repository.PathOf("."), "-t", $"{seconds}"]);
        }

        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        if (Place == LanePlace.Guest)
        {
            process.StartInfo.Environment["ACCELIO_TIME_SCALE"] = $"{SlownessOfGuest}";

            // To compile is what takes longest there, and with what a profile needs it takes half as long again.
            process.StartInfo.Environment["DOTNET_TieredPGO"] = "0";
        }

        process.Start();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
