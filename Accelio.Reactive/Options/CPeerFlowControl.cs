namespace Accelio.Reactive;

/// <summary>Flow control towards peers built on libxio, which knows it as an option that is off by default.</summary>
public enum CPeerFlowControl
{
    /// <summary>The peer has it off: sending is bounded by what is unanswered, receiving by the link.</summary>
    Off = 0,

    /// <summary>The peer has it on with the depths that it announces: credits are charged and granted as libxio does (wire protocol, section 13).</summary>
    On = 1,
}
