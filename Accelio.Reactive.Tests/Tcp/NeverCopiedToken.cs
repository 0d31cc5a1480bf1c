using Accelio.Transports;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>The token of a body that a link must refer to, however short it is.</summary>
internal sealed class NeverCopiedToken : SendToken
{
    public NeverCopiedToken() => IsNeverCopied = true;
}
