using System.Text;
using Xunit;

namespace Accelio.Reactive.Tests.Testing;

/// <summary>Servers and sessions are derived from in tests, and code that takes them does not notice.</summary>
public class DerivedClassesTests
{
    [Fact]
    public async Task Code_that_takes_a_server_is_tested_with_a_derived_one()
    {
        var server = new FakeServer();
        await using (var desk = new Desk(server))
        {
            var answer = await server.AskAsync("/prices", "EURUSD"u8.ToArray());
            Assert.Equal("1 for EURUSD", Encoding.UTF8.GetString(answer.Payload.Span));

            var session = new TestSession();
            server.Connect(session);
            session.End();
            Assert.Equal(1, desk.Visitors);
        }

        Assert.True(server.HasEnded);
    }

    [Fact]
    public async Task What_a_test_session_does_otherwise_is_overridden()
    {
        using var session = new Overloaded();

        Assert.False(session.TrySend("x"u8.ToArray(), out _));
        await Assert.ThrowsAsync<AccelioException>(() => session.SendAsync("x"u8.ToArray()).AsTask());
        Assert.Empty(session.Sent);
    }

    /// <summary>A session whose window is used up.</summary>
    private sealed class Overloaded : TestSession
    {
        public override bool TrySend(in OutboundMessage message, out MessageId id)
        {
            id = default;
            return false;
        }

        public override ValueTask<MessageId> SendAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
            ValueTask.FromException<MessageId>(new AccelioException("the window is used up", AccelioStatus.SendQueueOverflow));
    }

    /// <summary>Code under test: serves prices and counts its visitors.</summary>
    private sealed class Desk : IAsyncDisposable
    {
        private readonly AccelioServer _server;

        public Desk(AccelioServer server)
        {
            _server = server;
            server.Handle("/prices", request => request.RespondAsync(Encoding.UTF8.GetBytes($"1 for {Encoding.UTF8.GetString(request.Payload)}")));
            server.Sessions.Subscribe(_ => Visitors++);
        }

        public int Visitors { get; private set; }

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }
}
