using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Accelio.Reactive.Tests.House;

/// <summary>
/// Reads from a compiled assembly what it knows of others: its references, its calls into native libraries, and every type and member
/// that its code mentions - in base types, fields, signatures, constraints, local variables and instructions, compiler-made closures and
/// state machines included.
/// </summary>
internal sealed class CompiledAssembly
{
    private readonly PEReader _image;
    private readonly MetadataReader _metadata;
    private readonly NameProvider _names;
    private readonly HashSet<TypeUse> _uses = [];
    private string _room = "";
    private string _user = "";

    private CompiledAssembly(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
        _names = new NameProvider(_metadata, Report);
        References = [.. _metadata.AssemblyReferences.Select(handle => _metadata.GetString(_metadata.GetAssemblyReference(handle).Name))];
        Friends = [.. _metadata.GetAssemblyDefinition().GetCustomAttributes().Select(FriendOf).OfType<string>()];
        NativeCalls = [.. _metadata.MethodDefinitions.Where(IsNativeCall).Select(NameOf)];
        foreach (var type in _metadata.TypeDefinitions)
        {
            ReadType(type);
        }
    }

    /// <summary>Names of the assemblies it refers to.</summary>
    public IReadOnlyList<string> References { get; }

    /// <summary>Names of the assemblies that see its internals.</summary>
    public IReadOnlyList<string> Friends { get; }

    /// <summary>Methods that are implemented in a native library.</summary>
    public IReadOnlyList<string> NativeCalls { get; }

    /// <summary>Everything its code mentions.</summary>
    public IReadOnlyCollection<TypeUse> Uses => _uses;

    /// <summary>Reads an assembly that is loaded from a file.</summary>
    public static CompiledAssembly Read(Assembly assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly.Location));
        return new CompiledAssembly(image);
    }

    private void Report(string used) => _uses.Add(new TypeUse(_room, _user, used));

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        _room = RoomOf(handle);
        _user = _names.NameOf(handle);
        ReadEntity(type.BaseType);
        foreach (var implementation in type.GetInterfaceImplementations())
        {
            ReadEntity(_metadata.GetInterfaceImplementation(implementation).Interface);
        }

        ReadConstraints(type.GetGenericParameters());
        foreach (var field in type.GetFields())
        {
            _metadata.GetFieldDefinition(field).DecodeSignature(_names, null);
        }

        foreach (var method in type.GetMethods())
        {
            _user = NameOf(method);
            ReadMethod(_metadata.GetMethodDefinition(method));
        }
    }

    private void ReadMethod(MethodDefinition method)
    {
        method.DecodeSignature(_names, null);
        ReadConstraints(method.GetGenericParameters());
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_names, null);
        }

        foreach (var region in body.ExceptionRegions)
        {
            ReadEntity(region.CatchType);
        }

        foreach (var token in InstructionTokens.Of(body))
        {
            ReadEntity(token);
        }
    }

    private void ReadConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (var constraint in parameters.SelectMany(parameter => _metadata.GetGenericParameter(parameter).GetConstraints()))
        {
            ReadEntity(_metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void ReadEntity(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case var _ when handle.IsNil:
                break;
            case HandleKind.TypeDefinition:
                Report(_names.NameOf((TypeDefinitionHandle)handle));
                break;
            case HandleKind.TypeReference:
                Report(_names.NameOf((TypeReferenceHandle)handle));
                break;
            case HandleKind.TypeSpecification:
                _names.GetTypeFromSpecification(_metadata, null, (TypeSpecificationHandle)handle, 0);
                break;
            case HandleKind.MethodDefinition:
                Report(NameOf((MethodDefinitionHandle)handle));
                break;
            case HandleKind.MethodSpecification:
                var generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                generic.DecodeSignature(_names, null);
                ReadEntity(generic.Method);
                break;
            case HandleKind.MemberReference:
                ReadMember(_metadata.GetMemberReference((MemberReferenceHandle)handle));
                break;
            default: // fields and signatures of this assembly: read where they are declared
                break;
        }
    }

    private void ReadMember(MemberReference member)
    {
        ReadEntity(member.Parent);
        if (member.Parent.Kind == HandleKind.TypeReference)
        {
            Report(_names.NameOf((TypeReferenceHandle)member.Parent) + "." + _metadata.GetString(member.Name));
        }

        if (member.GetKind() == MemberReferenceKind.Method)
        {
            member.DecodeMethodSignature(_names, null);
        }
        else
        {
            member.DecodeFieldSignature(_names, null);
        }
    }

    private string RoomOf(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        var declaring = type.GetDeclaringType();
        return declaring.IsNil ? _metadata.GetString(type.Namespace) : RoomOf(declaring);
    }

    private string NameOf(MethodDefinitionHandle handle)
    {
        var method = _metadata.GetMethodDefinition(handle);
        return _names.NameOf(method.GetDeclaringType()) + "." + _metadata.GetString(method.Name);
    }

    private bool IsNativeCall(MethodDefinitionHandle handle) =>
        (_metadata.GetMethodDefinition(handle).Attributes & MethodAttributes.PinvokeImpl) != 0;

    private string? FriendOf(CustomAttributeHandle handle)
    {
        var attribute = _metadata.GetCustomAttribute(handle);
        if (attribute.Constructor.Kind != HandleKind.MemberReference)
        {
            return null;
        }

        var type = _metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
        if (type.Kind != HandleKind.TypeReference
            || _names.NameOf((TypeReferenceHandle)type) != "System.Runtime.CompilerServices.InternalsVisibleToAttribute")
        {
            return null;
        }

        var value = _metadata.GetBlobReader(attribute.Value);
        value.ReadUInt16(); // the prolog of every attribute value
        return value.ReadSerializedString();
    }
}
