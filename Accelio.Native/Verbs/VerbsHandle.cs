using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>
/// Owns an object of the verbs libraries. It holds the objects that it was made from: whoever is disposed of first, the system's objects
/// are destroyed in the only order that the libraries allow, each after all that were made from it.
/// </summary>
internal abstract class VerbsHandle : SafeHandle
{
    private readonly VerbsHandle[] _parents;

    /// <summary>Takes ownership of an object that the caller has just made from others.</summary>
    protected VerbsHandle(nint pointer, params VerbsHandle[] parents)
        : base(0, ownsHandle: true)
    {
        _parents = parents;
        foreach (var parent in parents)
        {
            var holds = false;
            parent.DangerousAddRef(ref holds);
        }

        SetHandle(pointer);
    }

    /// <inheritdoc/>
    public sealed override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected sealed override bool ReleaseHandle()
    {
        var result = Destroy();
        foreach (var parent in _parents)
        {
            parent.DangerousRelease();
        }

        return result == 0;
    }

    /// <summary>Destroys the object: 0 or an error. Called once, on any thread.</summary>
    protected abstract int Destroy();
}
