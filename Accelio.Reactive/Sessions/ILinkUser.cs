using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>Who waits for a link that is dialed. Context only.</summary>
internal interface ILinkUser
{
    /// <summary>The link is set up.</summary>
    void OnLinkReady(ClientLink link);

    /// <summary>The link could not be made.</summary>
    void OnLinkFailed(ClientLink link, in CloseInfo info);
}
