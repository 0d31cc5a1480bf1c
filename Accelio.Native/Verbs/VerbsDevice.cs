using System.Runtime.InteropServices;
using Accelio.Native.Linux;

namespace Accelio.Native.Verbs;

/// <summary>A device of this machine, as connections know it. The library opens it with the first connection that finds it, and keeps it open as long as it is there: when it was removed,
/// as long as there is a <see cref="ConnectionId"/> of it.</summary>
internal sealed unsafe class VerbsDevice
{
    /// <summary>Looks at the device of a connection.</summary>
    public VerbsDevice(IbvContext* context)
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

    /// <summary>Counts the devices of this machine and opens none; 0 or a negated error number. The libraries must be there.</summary>
    public static int Count(out int devices)
    {
        int count;
        var list = VerbsCalls.GetDeviceList(&count);
        devices = list == null ? 0 : count;
        if (list == null)
        {
            return -Marshal.GetLastPInvokeError();
        }

        VerbsCalls.FreeDeviceList(list);
        return 0;
    }

    /// <summary>Has the library look which devices are still there. It closes one that was removed when the last <see cref="ConnectionId"/> of it is gone, and only then does the system
    /// let go of it. (It does not find out when the last device of the machine was removed, before there is another.)</summary>
    public static void LookForRemoved()
    {
        var list = ConnectionCalls.GetDevices(null);
        if (list != null)
        {
            ConnectionCalls.FreeDevices(list);
        }
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
