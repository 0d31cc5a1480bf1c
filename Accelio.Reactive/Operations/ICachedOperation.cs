namespace Accelio.Reactive;

/// <summary>An operation that an <see cref="OperationCache"/> can keep.</summary>
internal interface ICachedOperation
{
    /// <summary>The next one of the stack it lies on.</summary>
    object? NextCached { get; set; }
}
