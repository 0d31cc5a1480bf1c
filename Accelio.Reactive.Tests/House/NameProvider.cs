using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Accelio.Reactive.Tests.House;

/// <summary>Names the types in a signature and reports each of them, type arguments, elements and modifiers included.</summary>
internal sealed class NameProvider(MetadataReader metadata, Action<string> report) : ISignatureTypeProvider<string, object?>
{
    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => Report("System." + typeCode);

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Report(NameOf(handle));

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Report(NameOf(handle));

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle,
        byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => genericType;

    public string GetGenericMethodParameter(object? genericContext, int index) => "!!" + index;

    public string GetGenericTypeParameter(object? genericContext, int index) => "!" + index;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "function pointer";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetArrayType(string elementType, ArrayShape shape) => elementType;

    public string GetSZArrayType(string elementType) => elementType;

    public string GetByReferenceType(string elementType) => elementType;

    public string GetPointerType(string elementType) => elementType;

    public string GetPinnedType(string elementType) => elementType;

    /// <summary>The full name of a type, nested ones with a dot, without the number of type parameters.</summary>
    public string NameOf(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        var name = Bare(type.Name);
        var declaring = type.GetDeclaringType();
        return declaring.IsNil ? Qualify(type.Namespace, name) : NameOf(declaring) + "." + name;
    }

    /// <summary>The full name of a type of another assembly.</summary>
    public string NameOf(TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = Bare(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? NameOf((TypeReferenceHandle)type.ResolutionScope) + "." + name
            : Qualify(type.Namespace, name);
    }

    private string Qualify(StringHandle space, string name) => space.IsNil ? name : metadata.GetString(space) + "." + name;

    private string Bare(StringHandle handle)
    {
        var name = metadata.GetString(handle);
        var tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : name[..tick];
    }

    private string Report(string name)
    {
        report(name);
        return name;
    }
}
