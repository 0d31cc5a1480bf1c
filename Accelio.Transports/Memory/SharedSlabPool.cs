namespace Accelio.Transports.Memory;

/// <summary>Slabs for those who need them on any thread: one pool, and a lock around its renting. Releasing takes no lock, as
/// everywhere.</summary>
internal sealed class SharedSlabPool(SlabPoolOptions options)
{
    private readonly Lock _gate = new();
    private readonly SlabPool _pool = Disowned(options);
    private bool _isRetired;

    /// <summary>What is rented, cached and reserved. Any thread.</summary>
    public SlabPoolStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                // Nobody else collects what was released.
                Collect();
                return _pool.Statistics;
            }
        }
    }

    /// <summary>Takes a block of at least so many bytes, with one hold; see <see cref="SlabPool.Rent"/>. Null when the pool has
    /// retired.</summary>
    public Slab? Rent(long minimumLength)
    {
        lock (_gate)
        {
            if (_isRetired)
            {
                return null;
            }

            _pool.Adopt();
            try
            {
                _pool.CollectReturns();
                return _pool.Rent(minimumLength);
            }
            finally
            {
                _pool.Disown();
            }
        }
    }

    /// <summary>Nothing is rented any more; blocks that are still rented stay valid until they are released.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            _isRetired = true;
            _pool.Retire();
        }
    }

    private void Collect()
    {
        if (!_isRetired)
        {
            _pool.Adopt();
            _pool.CollectReturns();
            _pool.Disown();
        }
    }

    private static SlabPool Disowned(SlabPoolOptions options)
    {
        var pool = new SlabPool(options);
        pool.Disown();
        return pool;
    }
}
