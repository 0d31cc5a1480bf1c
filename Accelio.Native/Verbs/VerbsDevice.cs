using System.Runtime.InteropServices;
using Accelio.Native.Linux;

namespace Accelio.Native.Verbs;

/// <summary>A device of this machine. Open as long as the process lives: the library opens each once.</summary>
internal sealed unsafe class VerbsDevice
{
    private VerbsDevice(IbvContext* context)
    {
        Context = context;
        Name = Marshal.PtrToStringUTF8((nint)VerbsCalls.DeviceName(context->Device)) ?? "?";
        IbvDeviceAttr attributes;
        QueryResult = VerbsCalls.QueryDevice(context, &attributes);
        Attributes = attributes;
    }

    /// <summary>What connections name it by.</summary>
    public IbvContext* Context { get; }

    /// <summary>Its name, e.g. mlx5_0.</summary>
    public string Name { get; }

    /// <summary>0, or the error number of the question for <see cref="Attributes"/>.</summary>
    public int QueryResult { get; }

    /// <summary>Its limits.</summary>
    public IbvDeviceAttr Attributes { get; }

    /// <summary>All devices; the same objects of the library with every call. The libraries must be there.</summary>
    public static int List(out VerbsDevice[] devices)
    {
        devices = [];
        int count;
        var list = ConnectionCalls.GetDevices(&count);
        if (list == null)
        {
            return -Marshal.GetLastPInvokeError();
        }

        // The list is never freed: it is what keeps the devices open.
        devices = new VerbsDevice[count];
        for (var i = 0; i < count; i++)
        {
            devices[i] = new VerbsDevice(list[i]);
        }

        return 0;
    }

    /// <summary>The state of a port, counted from 1; 0 or a negated error number.</summary>
    public int QueryPort(byte port, out IbvPortAttr attributes)
    {
        IbvPortAttr native = default;
        var result = VerbsCalls.QueryPort(Context, port, &native);
        attributes = native;
        return result == 0 ? 0 : -Math.Abs(result);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
