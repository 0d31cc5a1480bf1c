using Accelio.Native.Verbs;

namespace Accelio.Transports.Rdma;

/// <summary>Whose work requests complete.</summary>
internal interface IRdmaCompletionTarget
{
    /// <summary>One of them has.</summary>
    void OnCompletion(in IbvWc completion);
}
