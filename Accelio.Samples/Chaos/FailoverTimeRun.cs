using System.Diagnostics;
using System.Net;
using Accelio.Reactive;
using Accelio.Samples.Soak;

namespace Accelio.Samples.Chaos;

/// <summary>A session with two ways to one server in this process. The way that it uses is cut again and again, and the time taken until the next request has its answer over the other one; or, without
/// standby, over a new link on the same way.</summary>
/// <param name="cuts">How often.</param>
/// <param name="standby">Whether a link stands by on the other way; else there is one way, and the next link is dialed when the first one is lost.</param>
internal sealed class FailoverTimeRun(int cuts, bool standby)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public async Task<FailoverTimeReport> RunAsync(CancellationToken token)
    {
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), new AccelioServerOptions { Resume = true }, token);
        server.Handle(static request => request.RespondAsync(request.Payload));
        var address = new IPEndPoint(IPAddress.Loopback, server.EndPoint.Port);
        using PathGate one = new(address), two = new(address);
        var options = new AccelioSessionOptions { Resume = true, Paths = standby ? [PathOf(one), PathOf(two)] : [] };
        await using var session = await AccelioSession.ConnectAsync(PathOf(one).Server!, options, token);
        var connection = session.Connections[0];
        var roundTrips = new List<double>();
        for (var i = 0; i < 1000; i++)
        {
            roundTrips.Add(await AskAsync(connection, token));
        }

        var times = new List<double>();
        for (var cut = 0; cut < cuts; cut++)
        {
            var (active, other) = connection.RemoteEndPoint.Equals(one.EndPoint) ? (one, two) : (two, one);
            var next = standby ? other : active;
            await next.Carries.WaitAsync(Limit, token);
            var began = Stopwatch.GetTimestamp();
            active.Cut();
            if (!standby)
            {
                active.Reopen();
            }

            await AskAsync(connection, token);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            if (!connection.RemoteEndPoint.Equals(next.EndPoint))
            {
                throw new SoakFailedException($"The answer came by way of {connection.RemoteEndPoint}, not of {next.EndPoint}.");
            }

            if (standby)
            {
                active.Reopen();
            }
        }

        return new FailoverTimeReport
        {
            Standby = standby,
            Cuts = cuts,
            RoundTripP50 = Quantile(roundTrips, 0.5),
            P50 = Quantile(times, 0.5),
            P99 = Quantile(times, 0.99),
            Max = Quantile(times, 1),
        };
    }

    private static SessionPath PathOf(PathGate gate) => new(server: new Uri($"tcp://{gate.EndPoint}"));

    private static async Task<double> AskAsync(AccelioConnection connection, CancellationToken token)
    {
        var began = Stopwatch.GetTimestamp();
        await connection.RequestAsync(new byte[32], static answer => answer.PayloadLength, token);
        return Stopwatch.GetElapsedTime(began).TotalMicroseconds;
    }

    private static double Quantile(List<double> values, double part)
    {
        values.Sort();
        return Math.Round(values[Math.Max(0, (int)Math.Ceiling(values.Count * part) - 1)], 1);
    }
}
