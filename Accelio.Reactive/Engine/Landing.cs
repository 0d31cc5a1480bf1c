namespace Accelio.Reactive.Engine;

/// <summary>A body under way into memory that the user chose, with one hold on it. Used again by its link.</summary>
internal sealed class Landing
{
    /// <summary>The memory; null while the object is not in use.</summary>
    public RegisteredMemory? Memory { get; set; }

    /// <summary>Where in it the body begins.</summary>
    public int Start { get; set; }

    /// <summary>Neighbours in the list of its link.</summary>
    public Landing? Previous { get; set; }

    /// <inheritdoc cref="Previous"/>
    public Landing? Next { get; set; }
}
