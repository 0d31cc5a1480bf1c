using Microsoft.Win32.SafeHandles;

namespace Accelio.Native.Linux;

/// <summary>Owns a descriptor and closes it once, at the latest when it is collected.</summary>
internal sealed class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes ownership of a descriptor that the caller has just made.</summary>
    public DescriptorHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The number. The caller makes sure that the handle outlives the use.</summary>
    public int Descriptor => (int)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Descriptors.Close((int)handle) >= 0;
}
