using System.Text.Json.Serialization;

namespace Accelio.Samples.Soak;

/// <summary>The JSON of this program, generated when it is built.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClientReport))]
[JsonSerializable(typeof(ServerState))]
[JsonSerializable(typeof(SoakReport))]
internal sealed partial class SoakJson : JsonSerializerContext;
