using Accelio.Native.Verbs;

namespace Accelio.Transports.Rdma;

/// <summary>Whether this machine has RDMA: asked for once, when somebody wants to know. Any thread.</summary>
internal static class RdmaSupport
{
    private static readonly Lazy<string?> Answer = new(() => VerbsProbe.Explain(VerbsProbe.Look()));

    /// <summary>Null when RDMA can be used, else a sentence that says why not.</summary>
    public static string? Obstacle => Answer.Value;
}
