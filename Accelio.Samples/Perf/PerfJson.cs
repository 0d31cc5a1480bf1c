using System.Text.Json.Serialization;

namespace Accelio.Samples.Perf;

/// <summary>The JSON of this program, generated when it is built.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(ServerStats))]
internal sealed partial class PerfJson : JsonSerializerContext;
