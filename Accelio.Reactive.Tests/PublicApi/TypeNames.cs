using System.Reflection;

namespace Accelio.Reactive.Tests.PublicApi;

/// <summary>Writes types as C# does, with nullability where it is known.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
    };

    /// <summary>A type as it stands in a signature.</summary>
    public static string Write(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
        {
            return Write(type.GetElementType()!, nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Write(underlying, nullability?.GenericTypeArguments.FirstOrDefault()) + "?";
        }

        var mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
        {
            return $"{Write(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        }

        return type.IsPointer ? Write(type.GetElementType()!) + "*" : Named(type, nullability) + mark;
    }

    /// <summary>The name of a type where it is declared: its type parameters by name, outer types in front.</summary>
    public static string Declared(Type type) => Named(type, null);

    private static string Named(Type type, NullabilityInfo? nullability)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        var arguments = type.GetGenericArguments();
        var written = arguments.Select((argument, index) => Write(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(index)))
            .ToArray();
        if (type.Namespace == "System" && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal))
        {
            return $"({string.Join(", ", written)})";
        }

        var outer = type.DeclaringType;
        var inherited = outer?.GetGenericArguments().Length ?? 0;
        var list = written.Length > inherited ? $"<{string.Join(", ", written[inherited..])}>" : "";
        return (outer is null ? "" : Declared(outer) + ".") + type.Name.Split('`')[0] + list;
    }
}
