using System.Reflection;
using System.Runtime.InteropServices;

/// <summary>
/// Run by the runtime before the main program of a process that names this assembly in DOTNET_STARTUP_HOOKS: takes away every native
/// library from Accelio.Native, as a system does that has none of them.
/// </summary>
internal static class StartupHook
{
    /// <summary>The name that the runtime looks for.</summary>
    public static void Initialize() => AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) =>
    {
        if (loaded.LoadedAssembly.GetName().Name == "Accelio.Native")
        {
            NativeLibrary.SetDllImportResolver(loaded.LoadedAssembly, Refuse);
        }
    };

    private static nint Refuse(string name, Assembly assembly, DllImportSearchPath? path) =>
        throw new DllNotFoundException($"{name} was taken away");
}
