namespace Accelio.Reactive;

/// <summary>Told when the result of a completion was taken: the operation around it may be used again.</summary>
internal interface ICompletionOwner
{
    /// <summary>The result was taken. On the awaiter's thread.</summary>
    void OnConsumed();
}
