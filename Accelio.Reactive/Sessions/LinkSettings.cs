using Accelio.Transports;

namespace Accelio.Reactive;

/// <summary>The transport's part of the options of a session or server.</summary>
internal static class LinkSettings
{
    /// <summary>Takes the settings over from checked options.</summary>
    public static LinkOptions From(AccelioPeerOptions options) => new()
    {
        DualSocket = options is AccelioSessionOptions { DualSocket: true },
        LocalAddress = (options as AccelioSessionOptions)?.LocalAddress,
        TypeOfService = options.TypeOfService,
        MaxInParts = options.MaxParts,
        MaxOutParts = options.MaxParts,
        MaxHeaderLength = options.MaxHeaderLength,
        MaxBodyLength = Math.Max(options.MaxMessageLength, options.MaxResponseLength),
        ConnectTimeout = options is AccelioSessionOptions client ? Check.TicksOf(client.ConnectTimeout) : long.MaxValue,
        SetupTimeout = Check.TicksOf(options.SetupTimeout),
        BodyProgressTimeout = Check.TicksOf(options.BodyProgressTimeout),
        SendProgressTimeout = Check.TicksOf(options.SendProgressTimeout),
        DetectWithin = Check.TicksOf(options.DetectWithin),
        MaxLinks = (options as AccelioServerOptions)?.MaxLinks ?? int.MaxValue,
    };
}
