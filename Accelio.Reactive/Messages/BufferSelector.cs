namespace Accelio.Reactive;

/// <summary>
/// Chooses where the body of a long message shall go, before it has arrived: into a part of a <see cref="RegisteredMemory"/>, as its Memory gives it, that holds at least
/// <see cref="BodyAnnouncement.Length"/> bytes; or, with <c>default</c>, into memory of the library. Called on the context, in the order in which the messages arrive: be quick. What it throws, and memory that is
/// too short, disposed of or not registered, is told on <see cref="AccelioContext.UnhandledExceptions"/>; the message then arrives as if there were no selector.
/// </summary>
/// <param name="body">What is known of the message.</param>
/// <returns>Memory that nobody writes to until the message that lies in it has been released, or <c>default</c>.</returns>
public delegate Memory<byte> BufferSelector(in BodyAnnouncement body);
