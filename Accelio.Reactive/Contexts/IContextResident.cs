namespace Accelio.Reactive;

/// <summary>Something that lives on a context and ends with it: a session or a server. Takes itself out of the context when it has ended, behind its last delivery. Context only.</summary>
internal interface IContextResident
{
    /// <summary>Begins to close in good order, bounded.</summary>
    void Close();

    /// <summary>Ends at once.</summary>
    void Abort();
}
