namespace Accelio.Reactive.Tests.House;

/// <summary>One mention of a type or member in compiled code.</summary>
/// <param name="Room">Namespace of the outermost type that mentions it.</param>
/// <param name="User">Full name of the type (and member) that mentions it.</param>
/// <param name="Used">Full name of the type, or of the member: <c>System.DateTime.get_UtcNow</c>.</param>
internal readonly record struct TypeUse(string Room, string User, string Used)
{
    public override string ToString() => $"{User} uses {Used}";
}
