using System.Buffers;
using System.Text;
using Accelio.Reactive;

namespace Accelio.Samples.HelloWorld;

/// <summary>The texts of a message: libxio's hello world programs put one into the header and one into the body, each with a zero behind it, as C has it.</summary>
/// <param name="Header">The text of the header.</param>
/// <param name="Body">The text of the body.</param>
internal readonly record struct Greeting(string Header, string Body)
{
    /// <summary>What a client says.</summary>
    public static Greeting Request { get; } = new("hello world header request", "hello world data request");

    /// <summary>What a client says that will not wait for the answer.</summary>
    public static Greeting SlowRequest { get; } = new("hello world header request", "take your time");

    /// <summary>What a server answers.</summary>
    public static Greeting Response { get; } = new("hello world header response", "hello world data response");

    /// <summary>Reads a message while it lies in the receive buffer.</summary>
    public static Greeting Read(InboundMessage message) => new(Decode(new ReadOnlySequence<byte>(message.Header)), Decode(message.Payload));

    /// <summary>The message that carries the texts.</summary>
    public OutboundMessage ToMessage() => new(Encode(Body)) { Header = Encode(Header) };

    /// <inheritdoc/>
    public override string ToString() => $"{Header} | {Body}";

    private static ReadOnlyMemory<byte> Encode(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private static string Decode(in ReadOnlySequence<byte> bytes) => Encoding.UTF8.GetString(bytes).TrimEnd('\0');
}
