using System.Text.Json;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Samples;

/// <summary>The samples do what the README and their help say, as programs.</summary>
[Collection(Alone.Name)]
public class SampleTests
{
    [Fact]
    public async Task Hello_world_talks_in_one_process()
    {
        using var hello = new SampleProcess("HelloWorld");

        Assert.Equal(0, await hello.EndAsync());
        Assert.Contains("client: SessionRedirected", hello.Output, StringComparison.Ordinal);
        Assert.Contains("client: answer 1", hello.Output, StringComparison.Ordinal);
        Assert.Contains("client: receipt: accepted", hello.Output, StringComparison.Ordinal);
        Assert.Contains("client: it is hot", hello.Output, StringComparison.Ordinal);
        Assert.Contains("client: gave a slow request up: CanceledWhileRunning", hello.Output, StringComparison.Ordinal);
        Assert.Contains("server: nobody waits for the slow answer any more", hello.Output, StringComparison.Ordinal);
        Assert.Contains("SessionClosed", hello.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hello_world_talks_between_processes_and_ends_when_told()
    {
        using var server = new SampleProcess("HelloWorld", "server", "--url", "tcp://127.0.0.1:0");
        using var client = new SampleProcess("HelloWorld", "client", "--url", await server.ListeningAsync(), "--count", "5");

        Assert.Equal(0, await client.EndAsync());
        Assert.Contains("5 requests, 5 answers", client.Output, StringComparison.Ordinal);
        server.Terminate();
        Assert.Equal(0, await server.EndAsync());
    }

    [Fact]
    public async Task Hello_world_talks_without_a_single_native_call_of_the_library()
    {
        using var hello = new SampleProcess(takesNativeCallsAway: true, "HelloWorld");

        Assert.True(await hello.EndAsync() == 0, hello.Output);
        Assert.Contains("client: answer 1", hello.Output, StringComparison.Ordinal);
        Assert.Contains("SessionClosed", hello.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_cannot_run_is_refused_with_its_reason_and_the_remedy()
    {
        string[] command = ["serve", "--engine", "epoll", "--url", "tcp://127.0.0.1:0"];
        using var server = new SampleProcess(takesNativeCallsAway: true, "Perf", command);

        Assert.Equal(1, await server.EndAsync());
        Assert.Contains("libc was taken away", server.Output, StringComparison.Ordinal);
        Assert.Contains("Choose TcpEngine.Portable", server.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lat --size 32 --count 500 --engine portable --verify --json")]
    [InlineData("lat --size 32 --count 2000 --verify --json")]
    [InlineData("lat --size 100 --seconds 0.2 --from-pool --json")]
    [InlineData("rate --size 32 --depth 16 --count 2000 --json")]
    [InlineData("rate --size 32 --depth 16 --count 2000 --await --json")]
    [InlineData("rate --size 4096 --header 20 --depth 16 --count 2000 --verify --json")]
    [InlineData("rate --size 70000 --depth 4 --seconds 0.2 --connections 2 --verify --dual --json")]
    [InlineData("oneway --size 32 --count 5000 --json")]
    [InlineData("oneway --size 32 --count 1000 --receipt --json")]
    [InlineData("connect --count 20 --links 2 --json")]
    public async Task Perf_measures(string command)
    {
        using var server = new SampleProcess("Perf", "serve", "--url", "tcp://127.0.0.1:0");
        using var client = new SampleProcess("Perf", [.. command.Split(' '), "--url", await server.ListeningAsync()]);

        Assert.True(await client.EndAsync() == 0, client.Output);
        using var result = JsonDocument.Parse(client.Output.Trim().Split('\n')[^1]);
        Assert.True(result.RootElement.GetProperty("messages").GetInt64() > 0);
        Assert.Equal(0, result.RootElement.GetProperty("errors").GetInt64());
        Assert.True(result.RootElement.GetProperty("server").GetProperty("sessions").GetInt32() >= 1);
        server.Terminate();
        Assert.Equal(0, await server.EndAsync());
    }

    [Theory]
    [InlineData("lat --size 32 --count 200 --verify --json", 200)]
    [InlineData("rate --size 32 --depth 4 --count 1000 --contexts 2 --verify --json", 1000)]
    [InlineData("rate --size 32 --depth 4 --count 1000 --contexts 2 --connections 2 --dual --json", 1000)]
    [InlineData("oneway --size 32 --count 500 --receipt --json", 500)]
    [InlineData("connect --count 20 --links 2 --json", 20)]
    public async Task Perf_clients_go_to_the_portals_of_a_server_with_several_contexts(string command, int messages)
    {
        using var server = new SampleProcess("Perf", "serve", "--url", "tcp://127.0.0.1:0", "--contexts", "3");
        using var client = new SampleProcess("Perf", [.. command.Split(' '), "--url", await server.ListeningAsync()]);

        Assert.True(await client.EndAsync() == 0, client.Output);
        using var result = JsonDocument.Parse(client.Output.Trim().Split('\n')[^1]);
        Assert.Equal(messages, result.RootElement.GetProperty("messages").GetInt64());
        Assert.True(result.RootElement.GetProperty("server").GetProperty("sessions").GetInt32() >= 1);
    }

    [Theory]
    [InlineData("rate --size 32 --depth 4 --count 1000 --verify --json")]
    [InlineData("connect --count 20 --links 2 --json")]
    public async Task Perf_clients_follow_a_redirect(string command)
    {
        using var server = new SampleProcess("Perf", "serve", "--url", "tcp://127.0.0.1:0");
        using var door = new SampleProcess("Perf", "serve", "--url", "tcp://127.0.0.1:0", "--redirect", await server.ListeningAsync());
        using var client = new SampleProcess("Perf", [.. command.Split(' '), "--url", await door.ListeningAsync()]);

        Assert.True(await client.EndAsync() == 0, client.Output);
        Assert.Contains("\"errors\":0", client.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Perf_serve_rejects_when_told_to()
    {
        using var server = new SampleProcess("Perf", "serve", "--url", "tcp://127.0.0.1:0", "--reject");
        using var client = new SampleProcess("Perf", "lat", "--size", "32", "--url", await server.ListeningAsync());

        Assert.Equal(3, await client.EndAsync());
        Assert.Contains("rejected", client.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Perf_is_driven_by_lines()
    {
        using var server = new SampleProcess("Perf", "serve", "--url", "tcp://127.0.0.1:0");
        using var client = new SampleProcess("Perf", "drive", "--url", await server.ListeningAsync());

        await client.Input.WriteLineAsync("32 1 0.1 x");
        await client.Input.WriteLineAsync("1000 8 0.1 x");
        client.Input.Close();

        Assert.True(await client.EndAsync() == 0, client.Output);
        Assert.Equal(2, client.Output.Trim().Split('\n').Count(line => line.Contains("\"mode\":\"drive\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:1", "refused")]
    [InlineData("http://127.0.0.1:1", "tcp://")]
    [InlineData("nonsense", "not a URL")]
    public async Task Perf_says_what_is_wrong(string url, string expected)
    {
        using var client = new SampleProcess("Perf", "lat", "--size", "32", "--url", url);

        Assert.NotEqual(0, await client.EndAsync());
        Assert.Contains(expected, client.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Perf_says_rejected_when_it_was()
    {
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"));
        using var rejecting = server.SessionRequests.Subscribe(request => request.Reject());
        using var client = new SampleProcess("Perf", "lat", "--size", "32", "--url", server.EndPoint.OriginalString);

        Assert.Equal(3, await client.EndAsync());
        Assert.Contains("rejected", client.Output, StringComparison.Ordinal);
    }
}
