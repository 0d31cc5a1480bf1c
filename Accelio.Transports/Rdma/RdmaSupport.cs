using Accelio.Native.Verbs;

namespace Accelio.Transports.Rdma;

/// <summary>Whether this machine has RDMA: looked for whenever somebody wants to know, but no more once it was found, until a device is removed. Any thread.</summary>
internal static class RdmaSupport
{
    private static volatile bool _isFound;

    /// <summary>Null when RDMA can be used, else a sentence that says why not.</summary>
    public static string? Obstacle
    {
        get
        {
            if (_isFound)
            {
                return null;
            }

            var obstacle = VerbsProbe.Explain(VerbsProbe.Look());
            _isFound = obstacle is null;
            return obstacle;
        }
    }

    /// <summary>A device was removed: it may have been the last.</summary>
    public static void LookAgain() => _isFound = false;
}
