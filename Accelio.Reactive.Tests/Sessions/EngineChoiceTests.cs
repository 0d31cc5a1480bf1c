using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Which engine a context gets. Takes the descriptors away from the process, so nothing else may run meanwhile.</summary>
[Collection(Alone.Name)]
public class EngineChoiceTests
{
    private const int PortableEngine = 9;

    [Fact]
    public async Task A_context_that_cannot_have_epoll_says_so_once_and_works()
    {
        using var log = new RecordingLogger();
        var options = new AccelioContextOptions { Name = "poor", LoggerFactory = log };
        AccelioContext? context = null;

        // Whatever has to be loaded is loaded before files cannot be opened any more; a thread could not be started then either.
        AccelioContext.Manual(new AccelioContextOptions { TcpEngine = TcpEngine.Portable }).Dispose();

        DescriptorLimit.Without(() => context = AccelioContext.Manual(options));
        var talk = TalkAsync(context!);
        context!.TurnUntil(talk);

        await talk;
        await context!.DisposeAsync();

        var text = Assert.Single(log.Lines, line => line.Id == PortableEngine).Text;
        Assert.StartsWith("Context poor uses the portable TCP engine: epoll_create1: ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TcpEngine.Automatic)]
    [InlineData(TcpEngine.Epoll)]
    [InlineData(TcpEngine.Portable)]
    public async Task A_context_that_gets_what_it_asks_for_says_nothing(TcpEngine engine)
    {
        using var log = new RecordingLogger();

        await TalkAsync(new AccelioContextOptions { TcpEngine = engine, LoggerFactory = log });

        Assert.DoesNotContain(log.Lines, line => line.Id == PortableEngine);
    }

    [Fact]
    public void An_engine_that_is_none_is_refused()
    {
        var options = new AccelioContextOptions { TcpEngine = (TcpEngine)7 };

        var failure = Assert.Throws<ArgumentOutOfRangeException>(() => AccelioContext.Start(options));

        Assert.Equal("TcpEngine", failure.ParamName);
        Assert.Contains("Portable", failure.Message, StringComparison.Ordinal);
    }

    private static async Task TalkAsync(AccelioContextOptions options)
    {
        await using var context = AccelioContext.Start(options);
        await TalkAsync(context);
    }

    private static async Task TalkAsync(AccelioContext context)
    {
        var options = new AccelioServerOptions { Context = context };
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), options);
        Pair.Echo(server);
        await using var session = await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Context = context });

        Assert.Equal(3, await session.RequestAsync(new byte[3], answer => answer.PayloadLength));
    }
}
