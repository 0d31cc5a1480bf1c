using System.Text.Json.Serialization;

namespace Accelio.Samples.Chaos;

/// <summary>The JSON of this program, generated when it is built.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ChaosReport))]
[JsonSerializable(typeof(FailoverTimeReport))]
internal sealed partial class ChaosJson : JsonSerializerContext;
