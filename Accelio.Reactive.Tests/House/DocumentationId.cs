using System.Reflection;

namespace Accelio.Reactive.Tests.House;

/// <summary>The names by which BannedSymbols.txt calls types and members: those of the compiler's documentation files.</summary>
internal static class DocumentationId
{
    /// <summary>The id of a type.</summary>
    public static string Of(Type type) => "T:" + type.FullName!.Replace('+', '.');

    /// <summary>The id of a property without parameters.</summary>
    public static string Of(PropertyInfo property) => $"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}";

    /// <summary>The id of a method or constructor.</summary>
    public static string Of(MethodBase method)
    {
        var name = method.Name.Replace('.', '#');
        var arity = method.IsGenericMethodDefinition ? "``" + method.GetGenericArguments().Length : "";
        var parameters = method.GetParameters();
        var list = parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(parameter => Name(parameter.ParameterType)))})";
        return $"M:{method.DeclaringType!.FullName!.Replace('+', '.')}.{name}{arity}{list}";
    }

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
        {
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        }

        if (type.HasElementType)
        {
            return Name(type.GetElementType()!) + (type.IsByRef ? "@" : type.IsPointer ? "*" : "[]");
        }

        if (!type.IsGenericType)
        {
            return type.FullName?.Replace('+', '.') ?? type.Name;
        }

        return $"{type.GetGenericTypeDefinition().FullName!.Split('`')[0]}{{{string.Join(',', type.GetGenericArguments().Select(Name))}}}";
    }
}
