using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Set-up: version, limits, extensions (wire protocol, section 5).</content>
internal sealed partial class LinkMachine
{
    /// <summary>Whether the transport ever was connected.</summary>
    public bool HasConnected { get; private set; }

    /// <inheritdoc/>
    public void OnOpened(Link link)
    {
        HasConnected = true;
        _link = link;
        Phase = LinkPhase.SettingUp;
        StartIdleTimer(Settings.SetupTimeout);
        if (IsClient)
        {
            SendSetup(new LinkSetup(), Offer, lost: null);
        }
    }

    /// <inheritdoc/>
    public void OnSetup(Link link, in LinkSetup setup, ReadOnlySpan<byte> trailer)
    {
        if (Phase != LinkPhase.SettingUp || setup.IsResponse != IsClient)
        {
            link.Abort(LinkError.UnexpectedFrame, "a set-up message where none is due");
            return;
        }

        if (setup.IsResponse && setup.Status != 0)
        {
            link.Abort(LinkError.SetupRefused, $"the server refused the link: {StatusCodes.Describe(setup.Status)}");
            return;
        }

        var error = NexusRules.Check(setup, out var fault);
        var offered = LinkFeatures.None;
        if (error == LinkError.None)
        {
            error = ExtensionBlock.Read(setup, trailer, out offered, out fault);
        }

        if (error != LinkError.None)
        {
            link.Abort(error, fault ?? "set-up");
            return;
        }

        LinkMachine? lost = null;
        if (!IsClient && (setup.Flags & LinkSetup.ReconnectFlag) != 0 && (lost = FindLost(setup, offered)) is null)
        {
            RefuseReconnect();
            return;
        }

        Features = offered & Offer;
        if (!IsClient)
        {
            // Answer before adopting: the peer's limits are in force from the first frame on, its set-up buffer until then.
            SendSetup(setup, Features, lost);
        }

        PeerMaxHeaderLength = (int)Math.Min(setup.MaxHeaderLength, ushort.MaxValue);
        link.AgreedRoom = (Features & LinkFeatures.ResponseRoom) != 0 ? Settings.MaxResponseLength : 0;
        link.Configure(setup, (int)Math.Min(setup.BufferSize, (ulong)link.Options.BufferSize));
        Phase = LinkPhase.Open;
        StartLife();
        StartIdleTimer(IsClient || lost is not null ? long.MaxValue : Settings.SetupTimeout);
        if (IsClient)
        {
            _host.OnLinkReady(this);
        }
        else if (lost is not null)
        {
            GoOnFrom(lost);
        }
    }

    // What the transport cannot do is not offered.
    private LinkFeatures Offer => Link.Direct is null ? Settings.Offer & ~LinkFeatures.DirectMemory : Settings.Offer;

    /// <summary>A C client wants a lost link back (wire protocol, section 17), and there is nothing kept for it here: it is told so.</summary>
    private void RefuseReconnect()
    {
        var refusal = new LinkSetup
        {
            IsResponse = true,
            Version = LinkSetup.ProtocolVersion,
            Flags = LinkSetup.ReconnectFlag,
            Status = (uint)AccelioStatus.Unsuccessful,
            BufferSize = (ulong)Link.Options.BufferSize,
        };
        Link.SendSetup(refusal, default);
        Link.Close();
    }

    private void SendSetup(in LinkSetup peer, LinkFeatures features, LinkMachine? lost)
    {
        var options = Link.Options;
        var setup = new LinkSetup
        {
            IsResponse = !IsClient,
            Version = LinkSetup.ProtocolVersion,
            Cid = IsClient ? 0 : NewCid(lost),
            Flags = lost is null ? (ushort)0 : LinkSetup.ReconnectFlag,
            BufferSize = IsClient ? (ulong)options.BufferSize : Math.Min(peer.BufferSize, (ulong)options.BufferSize),
            MaxInParts = (uint)options.MaxInParts,
            MaxOutParts = (uint)options.MaxOutParts,
            MaxHeaderLength = (uint)options.MaxHeaderLength,
        };
        Span<byte> block = stackalloc byte[ExtensionBlock.MaxWritten];
        var length = 0;
        if (features != LinkFeatures.None)
        {
            setup.Flags |= LinkSetup.ExtensionFlag;
            length = ExtensionBlock.Write(block, features);
        }

        Link.SendSetup(setup, block[..length]);
    }
}
