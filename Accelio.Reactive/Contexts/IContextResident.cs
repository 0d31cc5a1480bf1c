namespace Accelio.Reactive;

/// <summary>Something that lives on a context and ends with it: a session or a server. Context only.</summary>
internal interface IContextResident
{
    /// <summary>Begins to close in good order; completes when that is done, bounded.</summary>
    Task CloseAsync();

    /// <summary>Ends at once.</summary>
    void Abort();
}
