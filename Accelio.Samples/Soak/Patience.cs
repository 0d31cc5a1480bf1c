using Accelio.Reactive;

namespace Accelio.Samples.Soak;

/// <summary>
/// Limits in time for processes that share a busy machine: a process that gets no processor for ten seconds is no error of anybody's. What
/// they would hide, a call that hangs, shows in <see cref="ClientReport.SlowestMilliseconds"/>.
/// </summary>
internal static class Patience
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Applies the limits.</summary>
    public static T For<T>(T options)
        where T : AccelioPeerOptions
    {
        options.RequestTimeout = Limit * 2;
        options.DetectWithin = Limit;
        options.SetupTimeout = Limit;
        options.BodyProgressTimeout = Limit;
        options.SendProgressTimeout = Limit;
        if (options is AccelioSessionOptions client)
        {
            client.ConnectTimeout = Limit;
        }

        return options;
    }
}
