using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Accelio.Reactive.Tests.PublicApi;

/// <summary>Writes the public surface of an assembly as text: sorted, stable, readable as C#.</summary>
internal sealed class ApiListing
{
    private const BindingFlags Members =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly MemberSignatures _signatures = new();
    private readonly StringBuilder _text = new();

    private ApiListing()
    {
    }

    /// <summary>The surface of an assembly.</summary>
    public static string Of(Assembly assembly) => Of(assembly.GetExportedTypes());

    /// <summary>The surface of some types.</summary>
    public static string Of(IEnumerable<Type> types)
    {
        var listing = new ApiListing();
        foreach (var space in types.GroupBy(type => type.Namespace).OrderBy(space => space.Key, StringComparer.Ordinal))
        {
            listing._text.Append("namespace ").Append(space.Key).Append(";\n");
            foreach (var type in space.OrderBy(TypeNames.Declared, StringComparer.Ordinal))
            {
                listing.Append(type);
            }
        }

        return listing._text.Length == 0 ? "// nothing is public\n" : listing._text.ToString();
    }

    private void Append(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            _text.Append(CultureInfo.InvariantCulture,
                $"\npublic delegate {TypeNames.Write(invoke.ReturnType)} {TypeNames.Declared(type)}({_signatures.Parameters(invoke)});\n");
            return;
        }

        _text.Append('\n');
        if (type.IsDefined(typeof(FlagsAttribute)))
        {
            _text.Append("[Flags]\n");
        }

        _text.Append(Header(type)).Append("\n{\n");
        foreach (var line in type.IsEnum ? Values(type) : Lines(type))
        {
            _text.Append("    ").Append(line).Append('\n');
        }

        _text.Append("}\n");
    }

    private static string Header(Type type)
    {
        var record = type.GetMethods(Members).Any(method => method.Name == "PrintMembers" && IsMadeByCompiler(method)) ? "record " : "";
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } =>
                $"{(type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "")}{(type.IsByRefLike ? "ref " : "")}{record}struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => $"abstract {record}class",
            { IsSealed: true } => $"sealed {record}class",
            _ => $"{record}class",
        };
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var interfaces = type.GetInterfaces().Except(inherited).Where(item => item.IsVisible).Select(item => TypeNames.Write(item))
            .Order(StringComparer.Ordinal);
        var bases = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && !type.IsEnum
            ? interfaces.Prepend(TypeNames.Write(parent))
            : type.IsEnum ? [TypeNames.Write(Enum.GetUnderlyingType(type))] : interfaces;
        var list = string.Join(", ", bases);
        var outer = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var constraints = string.Concat(type.GetGenericArguments().Skip(outer).Select(MemberSignatures.Constraint));
        return $"public {kind} {TypeNames.Declared(type)}{(list.Length == 0 ? "" : " : " + list)}{constraints}";
    }

    private static IEnumerable<string> Values(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .OrderBy(field => Convert.ToDecimal(field.GetRawConstantValue(), CultureInfo.InvariantCulture))
            .Select(field => $"{field.Name} = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)},");

    private IEnumerable<string> Lines(Type type)
    {
        var fields = type.GetFields(Members).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly)
            .Select(_signatures.Write);
        var constructors = type.GetConstructors(Members).Where(item => !item.IsStatic && MemberSignatures.IsVisible(item))
            .Select(_signatures.Write);
        var properties = type.GetProperties(Members)
            .Where(item => item.GetAccessors(true).Any(MemberSignatures.IsVisible) && item.Name != "EqualityContract")
            .Select(_signatures.Write);
        var events = type.GetEvents(Members).Where(item => MemberSignatures.IsVisible(item.AddMethod!)).Select(_signatures.Write);
        var methods = type.GetMethods(Members)
            .Where(item => MemberSignatures.IsVisible(item) && !IsAccessor(item) && !IsMadeByCompiler(item)).Select(_signatures.Write);
        return new[] { fields, constructors, properties, events, methods }.SelectMany(lines => lines.Order(StringComparer.Ordinal));
    }

    // What a record brings by itself: the word "record" says it all.
    private static bool IsMadeByCompiler(MethodInfo method) => method.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);
}
