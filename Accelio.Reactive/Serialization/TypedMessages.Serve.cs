using System.Reactive.Linq;

namespace Accelio.Reactive;

/// <content>Consumers of values.</content>
public static partial class TypedMessages
{
    /// <summary>
    /// Serves requests for a resource as values; see <see cref="AccelioServer.Handle(string, Func{InboundRequest, ValueTask})"/>. What the
    /// handler returns is the answer, unless it answered itself through the request, as with <see cref="InboundRequest.FailAsync"/>. A
    /// request that is no <typeparamref name="TRequest"/> is answered with <see cref="AccelioStatus.MessageInvalid"/> and logged; the
    /// handler is not called.
    /// </summary>
    public static IDisposable Handle<TRequest, TResponse>(
        this AccelioServer server,
        string resource,
        IAccelioSerializer<TRequest> requestSerializer,
        IAccelioSerializer<TResponse> responseSerializer,
        Func<TRequest, InboundRequest, ValueTask<TResponse>> handler)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.Handle(resource, new TypedHandler<TRequest, TResponse>(requestSerializer, responseSerializer, handler).HandleAsync);
    }

    /// <summary>Serves the requests of a server's sessions that have no other consumer as values; otherwise as for a resource.</summary>
    public static IDisposable Handle<TRequest, TResponse>(
        this AccelioServer server,
        IAccelioSerializer<TRequest> requestSerializer,
        IAccelioSerializer<TResponse> responseSerializer,
        Func<TRequest, InboundRequest, ValueTask<TResponse>> handler)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.Handle(new TypedHandler<TRequest, TResponse>(requestSerializer, responseSerializer, handler).HandleAsync);
    }

    /// <summary>Serves the requests of a session as values; otherwise as for a resource.</summary>
    public static IDisposable Handle<TRequest, TResponse>(
        this AccelioSession session,
        IAccelioSerializer<TRequest> requestSerializer,
        IAccelioSerializer<TResponse> responseSerializer,
        Func<TRequest, InboundRequest, ValueTask<TResponse>> handler)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Handle(new TypedHandler<TRequest, TResponse>(requestSerializer, responseSerializer, handler).HandleAsync);
    }

    /// <summary>
    /// Serves one-way messages for a resource as values. The message's lease ends with the handler, and so a receipt says what it did:
    /// accepted when it returned, rejected when it threw, which <see cref="AccelioContext.UnhandledExceptions"/> tells. Handlers start in
    /// order and run at once, as many as the window lets in. For messages that cannot be read see <see cref="Read"/>.
    /// </summary>
    public static IDisposable Handle<T>(
        this AccelioServer server,
        string resource,
        IAccelioSerializer<T> serializer,
        Func<T, InboundMessage, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.MessagesFor(resource).Subscribe(new TypedObserver<T>(serializer, handler));
    }

    /// <summary>Serves the one-way messages of a server's sessions as values; otherwise as for a resource.</summary>
    public static IDisposable Handle<T>(
        this AccelioServer server,
        IAccelioSerializer<T> serializer,
        Func<T, InboundMessage, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.Messages.Subscribe(new TypedObserver<T>(serializer, handler));
    }

    /// <summary>Serves the one-way messages of a session as values; otherwise as for a resource.</summary>
    public static IDisposable Handle<T>(
        this AccelioSession session,
        IAccelioSerializer<T> serializer,
        Func<T, InboundMessage, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.Messages.Subscribe(new TypedObserver<T>(serializer, handler));
    }

    /// <summary>
    /// One-way messages as values, read inside OnNext. One that is no <typeparamref name="T"/> is left out: its sender's receipt says
    /// rejected, and it is told to <see cref="AccelioSession.Errors"/> and logged. The stream goes on, since a peer must not be able to end
    /// it for others.
    /// </summary>
    public static IObservable<T> Read<T>(this IObservable<InboundMessage> source, IAccelioSerializer<T> serializer)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(serializer);
        var reader = MessageReader<T>.For(serializer);
        return source
            .Select(message => (IsRead: reader.TryRead(message, out var value), Value: value))
            .Where(static item => item.IsRead)
            .Select(static item => item.Value!);
    }
}
