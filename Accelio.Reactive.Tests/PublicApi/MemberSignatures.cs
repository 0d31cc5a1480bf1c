using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Accelio.Reactive.Tests.PublicApi;

/// <summary>Writes the members of public types as C# declares them, one line each.</summary>
internal sealed class MemberSignatures
{
    private readonly NullabilityInfoContext _nullability = new();

    /// <summary>A field or constant.</summary>
    public string Write(FieldInfo field)
    {
        var type = TypeNames.Write(field.FieldType, _nullability.Create(field));
        var kind = field switch
        {
            { IsLiteral: true } => "const ",
            { IsStatic: true, IsInitOnly: true } => "static readonly ",
            { IsStatic: true } => "static ",
            { IsInitOnly: true } => "readonly ",
            _ => "",
        };
        var value = field.IsLiteral ? " = " + Literal(field.GetRawConstantValue()) : "";
        return $"{Access(field.IsPublic)}{kind}{type} {field.Name}{value};";
    }

    /// <summary>A property or indexer.</summary>
    public string Write(PropertyInfo property)
    {
        var accessors = new[] { property.GetMethod, property.SetMethod }.OfType<MethodInfo>().Where(IsVisible).ToArray();
        var isPublic = accessors.Any(accessor => accessor.IsPublic);
        var list = accessors.Select(accessor =>
            (accessor.IsPublic == isPublic ? "" : "protected ") + AccessorKeyword(property, accessor) + ";");
        var type = Reference(accessors[0].ReturnParameter) + TypeNames.Write(property.PropertyType, _nullability.Create(property));
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var indices = property.GetIndexParameters();
        var name = indices.Length == 0 ? property.Name : $"this[{string.Join(", ", indices.Select(Write))}]";
        return $"{Access(isPublic)}{Modifiers(accessors[0])}{required}{type} {name} {{ {string.Join(' ', list)} }}";
    }

    /// <summary>An event.</summary>
    public string Write(EventInfo @event)
    {
        var type = TypeNames.Write(@event.EventHandlerType!, _nullability.Create(@event));
        return $"{Access(@event.AddMethod!.IsPublic)}{Modifiers(@event.AddMethod)}event {type} {@event.Name};";
    }

    /// <summary>A constructor.</summary>
    public string Write(ConstructorInfo constructor) =>
        $"{Access(constructor.IsPublic)}{constructor.DeclaringType!.Name.Split('`')[0]}({Parameters(constructor)});";

    /// <summary>A method or operator.</summary>
    public string Write(MethodInfo method)
    {
        var arguments = method.GetGenericArguments();
        var typeParameters = arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(argument => argument.Name))}>";
        var constraints = string.Concat(arguments.Select(Constraint));
        var returned = Reference(method.ReturnParameter) + TypeNames.Write(method.ReturnType, _nullability.Create(method.ReturnParameter));
        var extension = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        var name = method.Name + typeParameters;
        return $"{Access(method.IsPublic)}{Modifiers(method)}{returned} {name}({extension}{Parameters(method)}){constraints};";
    }

    /// <summary>The parameters of a delegate's or record's signature.</summary>
    public string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Write));

    /// <summary>What a type parameter is bound to, or nothing.</summary>
    public static string Constraint(Type parameter)
    {
        var flags = parameter.GenericParameterAttributes;
        List<string> bounds = [];
        if (flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            bounds.Add("struct");
        }
        else if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            bounds.Add("class");
        }

        bounds.AddRange(parameter.GetGenericParameterConstraints().Where(bound => bound != typeof(ValueType))
            .Select(bound => TypeNames.Write(bound)).Order(StringComparer.Ordinal));
        if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint)
            && !flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            bounds.Add("new()");
        }

        return bounds.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", bounds)}";
    }

    /// <summary>Whether a member can be seen outside its assembly.</summary>
    public static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(bool isPublic) => isPublic ? "public " : "protected ";

    private static string Modifiers(MethodInfo method)
    {
        if (method.DeclaringType!.IsInterface)
        {
            return method is { IsStatic: true } ? "static " : "";
        }

        var overrides = method.GetBaseDefinition() != method;
        return method switch
        {
            { IsStatic: true } => "static ",
            { IsAbstract: true } => overrides ? "abstract override " : "abstract ",
            { IsFinal: true } => overrides ? "sealed override " : "",
            { IsVirtual: true } => overrides ? "override " : "virtual ",
            _ => "",
        };
    }

    private static string AccessorKeyword(PropertyInfo property, MethodInfo accessor)
    {
        if (accessor == property.GetMethod)
        {
            return "get";
        }

        return accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set";
    }

    private static string Reference(ParameterInfo returned)
    {
        if (!returned.ParameterType.IsByRef)
        {
            return "";
        }

        return returned.GetRequiredCustomModifiers().Contains(typeof(InAttribute)) ? "ref readonly " : "ref ";
    }

    private static string Literal(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        char letter => $"'{letter}'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private string Write(ParameterInfo parameter)
    {
        var direction = parameter switch
        {
            { ParameterType.IsByRef: true, IsOut: true } => "out ",
            { ParameterType.IsByRef: true, IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) => "params ",
            _ => "",
        };
        var type = TypeNames.Write(parameter.ParameterType, _nullability.Create(parameter));
        return $"{direction}{type} {parameter.Name}{Default(parameter)}";
    }

    private static string Default(ParameterInfo parameter)
    {
        if (!parameter.HasDefaultValue)
        {
            return "";
        }

        if (parameter.RawDefaultValue is null)
        {
            return parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? " = default"
                : " = null";
        }

        return " = " + (parameter.ParameterType.IsEnum
            ? $"{parameter.ParameterType.Name}.{Enum.ToObject(parameter.ParameterType, parameter.RawDefaultValue)}"
            : Literal(parameter.RawDefaultValue));
    }
}
