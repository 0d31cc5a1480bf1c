namespace Accelio.Transports.Wire;

/// <summary>What the set-up of a link must satisfy on every transport (wire protocol, sections 5 and 19.3).</summary>
internal static class NexusRules
{
    /// <summary>The smallest receive buffer with which a peer can take any frame at all, in bytes.</summary>
    public const int MinBufferSize = TcpFrame.HeaderSize + Sge.Size;

    /// <summary>Checks the fields. A response that refuses carries nothing else of meaning and passes: its status tells.</summary>
    public static LinkError Check(in LinkSetup setup, out string? detail)
    {
        detail = null;
        if (setup.IsResponse && setup.Status != 0)
        {
            return LinkError.None;
        }

        if (setup.Version != LinkSetup.ProtocolVersion)
        {
            detail = "nexus version";
            return LinkError.VersionMismatch;
        }

        if (setup.BufferSize < MinBufferSize)
        {
            detail = "buffer_sz: too small for any frame";
            return LinkError.MalformedSetup;
        }

        return LinkError.None;
    }
}
