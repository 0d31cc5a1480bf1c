namespace Accelio.Reactive;

/// <summary>The resource of a session: the path of its URI, in one spelling, so that those who register and those who connect mean the
/// same.</summary>
internal static class ResourcePath
{
    private static readonly Uri AnyServer = new("tcp://server:1/");

    /// <summary>The resource that a session's URI names; "/" where it names none, or is no URI.</summary>
    public static string Of(string uri) => Uri.TryCreate(uri, UriKind.Absolute, out var parsed) ? parsed.AbsolutePath : "/";

    /// <summary>The spelling of a resource that a user registers: escaped as in a URI.</summary>
    /// <exception cref="ArgumentException">It is no path.</exception>
    public static string Normalize(string resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (!resource.StartsWith('/') || resource.StartsWith("//", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"A resource is the path of the session's URI and begins with one slash; '{resource}' does not.", nameof(resource));
        }

        if (resource.AsSpan().IndexOfAny('?', '#') >= 0)
        {
            throw new ArgumentException(
                $"A resource is the path of the session's URI alone; leave out what follows the path in '{resource}'.", nameof(resource));
        }

        return new Uri(AnyServer, resource).AbsolutePath;
    }
}
