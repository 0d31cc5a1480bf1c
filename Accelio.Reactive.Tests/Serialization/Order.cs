using System.Text.Json.Serialization;

namespace Accelio.Reactive.Tests.Serialization;

/// <summary>What the typed tests send: a value that costs an object.</summary>
internal sealed record Order(string Item, int Count);

/// <summary>What they answer: a value that costs nothing.</summary>
internal readonly record struct Receipt(int Number, double Total);

[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(string))]
internal sealed partial class TestJson : JsonSerializerContext;
