using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Xunit;

namespace Accelio.Reactive.Tests.Serialization;

/// <summary>JSON bodies are what System.Text.Json makes of the type's options, in one piece or several.</summary>
public class JsonTests
{
    private static readonly IAccelioSerializer<Order> Orders = AccelioJson.For(TestJson.Default.Order);

    [Fact]
    public void A_value_is_written_as_the_options_of_its_type_say()
    {
        var options = new JsonSerializerOptions
        {
            WriteIndented = true,
            IndentCharacter = '\t',
            IndentSize = 1,
            NewLine = "\n",
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        var order = new Order("<tea>", 2);
        var context = new TestJson(options);

        Assert.Equal(JsonSerializer.Serialize(order, context.Order), Write(AccelioJson.For(context.Order), order));
        Assert.Equal("{\n\t\"item\": \"<tea>\",\n\t\"count\": 2\n}", Write(AccelioJson.For(context.Order), order));
        Assert.Equal("{\"Item\":\"\\u003Ctea\\u003E\",\"Count\":2}", Write(Orders, order));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void A_value_is_read_however_its_bytes_are_cut(int piece)
    {
        Assert.Equal(new Order("tea", 2), Orders.Read(Cut("{\"Item\":\"tea\",\"Count\":2} ", piece)));
        Assert.Null(Orders.Read(Cut("null", piece)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"Item\":\"tea\"")]
    [InlineData("{\"Item\":\"tea\",\"Count\":2}x")]
    [InlineData("{\"Item\":\"tea\",\"Count\":2}{}")]
    [InlineData("{\"Item\":\"tea\",\"Count\":\"two\"}")]
    [InlineData("[]")]
    public void What_is_no_value_of_the_type_is_refused_however_its_bytes_are_cut(string text)
    {
        Assert.ThrowsAny<JsonException>(() => Orders.Read(Cut(text, 1000)));
        Assert.ThrowsAny<JsonException>(() => Orders.Read(Cut(text, 2)));
    }

    [Fact]
    public void The_options_for_reading_hold_for_pieces_too()
    {
        var context = new TestJson(new JsonSerializerOptions
        {
            AllowTrailingCommas = true,
            ReadCommentHandling = JsonCommentHandling.Skip,
            MaxDepth = 1,
        });
        var orders = AccelioJson.For(context.Order);
        const string Text = "{\"Item\":\"tea\", /* much */ \"Count\":2,}";

        Assert.Equal(new Order("tea", 2), orders.Read(Cut(Text, 1000)));
        Assert.Equal(new Order("tea", 2), orders.Read(Cut(Text, 2)));
        Assert.ThrowsAny<JsonException>(() => orders.Read(Cut("{\"Item\":[]}", 2)));
    }

    [Fact]
    public void Writers_are_used_again_after_a_failure()
    {
        var strings = AccelioJson.For(new TestJson(new JsonSerializerOptions { Converters = { new Refusal() } }).String);

        Assert.Throws<NotSupportedException>(() => Write(strings, "no"));

        Assert.Equal("\"yes\"", Write(strings, "yes"));
    }

    private static string Write<T>(IAccelioSerializer<T> serializer, T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        serializer.Write(value, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static ReadOnlySequence<byte> Cut(string text, int piece)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= piece)
        {
            return new(bytes);
        }

        var first = new Part(bytes.AsMemory(0, piece));
        var last = first;
        for (var at = piece; at < bytes.Length; at += piece)
        {
            last = last.Append(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)));
        }

        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Refusal : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
        {
            writer.WriteStringValue(value);
            if (value == "no")
            {
                throw new NotSupportedException();
            }
        }
    }

    private sealed class Part : ReadOnlySequenceSegment<byte>
    {
        public Part(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Part Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Part(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
