using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.ObjectPool;

namespace Accelio.Reactive;

/// <summary>JSON bodies of one type; the writers are pooled, because each is made for the options of the type.</summary>
internal sealed class JsonMessageSerializer<T>(JsonTypeInfo<T> typeInfo) : IAccelioSerializer<T>
{
    private readonly ObjectPool<Utf8JsonWriter> _writers = new DefaultObjectPool<Utf8JsonWriter>(new WriterPolicy(typeInfo.Options));

    /// <inheritdoc/>
    public void Write(T value, IBufferWriter<byte> to)
    {
        var writer = _writers.Get();
        try
        {
            writer.Reset(to);
            JsonSerializer.Serialize(writer, value, typeInfo);
            writer.Flush();
        }
        finally
        {
            _writers.Return(writer);
        }
    }

    /// <inheritdoc/>
    public T Read(in ReadOnlySequence<byte> from) => from.IsSingleSegment
        ? JsonSerializer.Deserialize(from.FirstSpan, typeInfo)!
        : ReadParts(from);

    private T ReadParts(in ReadOnlySequence<byte> from)
    {
        var reader = new Utf8JsonReader(from, new JsonReaderOptions
        {
            AllowTrailingCommas = typeInfo.Options.AllowTrailingCommas,
            CommentHandling = typeInfo.Options.ReadCommentHandling,
            MaxDepth = typeInfo.Options.MaxDepth,
        });
        var value = JsonSerializer.Deserialize(ref reader, typeInfo);

        // As with one piece: what follows the value is an error, and the reader says so.
        while (reader.Read())
        {
        }

        return value!;
    }

    private sealed class WriterPolicy(JsonSerializerOptions options) : PooledObjectPolicy<Utf8JsonWriter>
    {
        /// <inheritdoc/>
        public override Utf8JsonWriter Create() => new(Stream.Null, new JsonWriterOptions
        {
            Encoder = options.Encoder,
            Indented = options.WriteIndented,
            IndentCharacter = options.IndentCharacter,
            IndentSize = options.IndentSize,
            NewLine = options.NewLine,
            MaxDepth = options.MaxDepth,
            SkipValidation = true,
        });

        /// <inheritdoc/>
        public override bool Return(Utf8JsonWriter obj) => true;
    }
}
