using System.Text.Json.Serialization.Metadata;

namespace Accelio.Reactive;

/// <summary>Values as JSON, by System.Text.Json and the type information that its source generator makes: no reflection.</summary>
public static class AccelioJson
{
    /// <summary>
    /// A serializer for the type. It follows the options of <paramref name="typeInfo"/>, and allocates nothing but the values themselves.
    /// Keep it: each one has writers of its own. A body of <c>null</c> is read as null.
    /// </summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="typeInfo">From a context class with <c>[JsonSerializable(typeof(T))]</c>: <c>MyJsonContext.Default.Order</c>.</param>
    public static IAccelioSerializer<T> For<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return new JsonMessageSerializer<T>(typeInfo);
    }
}
