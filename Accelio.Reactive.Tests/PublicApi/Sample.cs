namespace Accelio.Reactive.Tests.PublicApi;

/// <summary>A type with one of everything, for the test of the listing; its listing is Sample.txt.</summary>
public abstract class Sample<T> : IDisposable
    where T : class, IComparable<T>, new()
{
    public const int Limit = 3;

    internal const int Hidden = 4;

    protected Sample(string? name = null) => Name = name;

    private protected Sample(int hidden) => Name = nameof(hidden);

    public event EventHandler<EventArgs>? Changed;

    protected static Sample<T>? Current => null;

    public string? Name { get; protected set; }

    public required IReadOnlyList<string?> Parts { get; init; }

    public virtual ref readonly int this[int index] => throw new ArgumentOutOfRangeException(nameof(index));

    public abstract ValueTask<T?> TryAsync(in Guid id, out long[] sizes, CancellationToken cancellationToken = default);

    public void Dispose()
    {
        Changed?.Invoke(this, EventArgs.Empty);
        GC.SuppressFinalize(this);
    }

    public override string ToString() => Name ?? "";

    protected virtual TResult? Read<TResult>(Func<T, TResult?> read, SampleColours colours = SampleColours.Blue, int? limit = null,
        bool twice = true, params string[] rest)
        where TResult : struct => default;

    internal void Unseen() => Dispose();

    public readonly struct Cursor<TKey>
    {
        public TKey? Key { get; init; }
    }
}
