using System.Runtime.InteropServices;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// A read or write of memory that the peer shares: by the device where it gets at it, in pieces of which several are under way, and else by messages. It ends when nothing of the caller's memory is touched
/// any more. Pooled for all threads; runs on the context.
/// </summary>
internal sealed class RemoteTransfer : WorkItem, ICompletionOwner
{
    // The peer's device acknowledges a write at its end only, and takes a while for a long one when it is busy.
    private const int PieceLength = 256 << 10;
    private const int PiecesAtOnce = 8;

    private readonly Completion<bool> _completion;
    private readonly Stack<RemotePiece> _idle = new();
    private ConnectionCore? _connection;
    private MemoryToken _token;
    private long _offset;
    private Memory<byte> _destination;
    private ReadOnlyMemory<byte> _source;
    private bool _isWrite;
    private CancellationToken _cancellation;
    private DirectRegion? _region;
    private RegisteredMemory? _memory;
    private int _start;
    private int _begun;
    private int _underWay;
    private Exception? _failure;

    /// <summary>Creates a transfer; the pool calls it.</summary>
    public RemoteTransfer()
    {
        _completion = new Completion<bool>(this);
        for (var i = 0; i < PiecesAtOnce; i++)
        {
            _idle.Push(new RemotePiece(this));
        }
    }

    /// <inheritdoc/>
    public Poller? Poller => _connection?.Poller;

    private int Length => _isWrite ? _source.Length : _destination.Length;

    /// <summary>Begins a read. Any thread.</summary>
    public static ValueTask ReadAsync(ConnectionCore connection, in MemoryToken token, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        var transfer = OperationPool<RemoteTransfer>.Shared.Get();
        transfer._isWrite = false;
        transfer._destination = destination;
        return transfer.Start(connection, token, offset, cancellation);
    }

    /// <summary>Begins a write. Any thread.</summary>
    public static ValueTask WriteAsync(ConnectionCore connection, in MemoryToken token, long offset, ReadOnlyMemory<byte> source, CancellationToken cancellation)
    {
        var transfer = OperationPool<RemoteTransfer>.Shared.Get();
        transfer._isWrite = true;
        transfer._source = source;
        return transfer.Start(connection, token, offset, cancellation);
    }

    /// <summary>On the context: looks whether the device gets at the memory.</summary>
    public override void Execute()
    {
        var machine = _connection!.Machine;
        var access = _isWrite ? RemoteAccess.Write : RemoteAccess.Read;
        if (_cancellation.IsCancellationRequested
            || !machine.IsOnline
            || machine.Machine.FindRegion(_token.Region) is not { } region
            || !region.Allows(machine.LocalId, _token.Generation, access, _offset, Length)
            || !TryHoldMemory())
        {
            // What the peer has to say about it, or the session, comes that way.
            _ = GoByMessagesAsync();
            return;
        }

        _region = region;
        Pump();
    }

    /// <summary>Bytes of the peer are here, for memory of the caller that the device does not know.</summary>
    internal void Fill(int start, ReadOnlySpan<byte> bytes)
    {
        try
        {
            bytes.CopyTo(_destination.Span[start..]);
        }
        catch (Exception gone)
        {
            _failure ??= gone;
        }
    }

    /// <summary>A piece is done, or will never be.</summary>
    internal void OnPieceDone(RemotePiece piece, LinkError error, string? detail)
    {
        _underWay--;
        _idle.Push(piece);
        var machine = _connection!.Machine;
        if (error != LinkError.None || detail is not null)
        {
            _failure ??= FailureExceptions.Create(LinkErrors.ToCloseInfo(error, detail ?? "", opened: true).ToFailure().For(sent: true), machine);
        }
        else
        {
            machine.CountDirect(piece.Length);
        }

        _region!.Ended();
        Pump();
    }

    /// <inheritdoc/>
    public void OnConsumed(bool atHome)
    {
        _connection = null;
        OperationPool<RemoteTransfer>.Shared.Return(this);
    }

    private ValueTask Start(ConnectionCore connection, in MemoryToken token, long offset, CancellationToken cancellation)
    {
        _connection = connection;
        _token = token;
        _offset = offset;
        _cancellation = cancellation;
        _begun = 0;
        _failure = null;
        var task = _completion.VoidTask;
        if (connection.Poller.IsCurrent)
        {
            Execute();
        }
        else if (!connection.Poller.Post(this))
        {
            _ = GoByMessagesAsync();
        }

        return task;
    }

    // Memory that the device may know is held by the library; any other is the caller's to keep.
    private bool TryHoldMemory()
    {
        var memory = _isWrite ? MemoryMarshal.AsMemory(_source) : _destination;
        if (!MemoryMarshal.TryGetMemoryManager<byte, RegisteredMemory>(memory, out var registered, out _start, out _))
        {
            return true;
        }

        if (!registered.TryHold())
        {
            return false;
        }

        _memory = registered;
        return true;
    }

    private void Pump()
    {
        while (_begun < Length && _failure is null && _underWay < PiecesAtOnce && MayGoOn())
        {
            var length = Math.Min(PieceLength, Length - _begun);
            var piece = _idle.Pop();
            if (TryPrepare(piece, length))
            {
                piece.IsWrite = _isWrite;
                _underWay++;
                _region!.Begin(piece, _offset + _begun);
                _begun += length;
            }
            else
            {
                _idle.Push(piece);
            }
        }

        if (_underWay == 0)
        {
            Finish();
        }
    }

    private bool MayGoOn()
    {
        if (_cancellation.IsCancellationRequested)
        {
            _failure = FailureExceptions.Create(
                new Failure(FailureKind.Canceled, AccelioStatus.MessageCanceled, "The call was canceled by its token.", _begun > 0, Outcome: AbortOutcome.Requested),
                _connection!.Machine,
                _cancellation);
        }
        else if (_region!.IsWithdrawn)
        {
            _failure = FailureExceptions.Create(
                new Failure(FailureKind.PeerStatus, AccelioStatus.StaleToken, "the memory is shared no more", _begun > 0), _connection!.Machine);
        }

        return _failure is null;
    }

    private unsafe bool TryPrepare(RemotePiece piece, int length)
    {
        if (_memory is { } memory)
        {
            piece.Refer(memory.PointerAt(_start + _begun), length, memory.Region);
            return true;
        }

        try
        {
            piece.UseCopy(_connection!.Poller.Memory.Rent(length), _begun, length);
            if (_isWrite)
            {
                _source.Span.Slice(_begun, length).CopyTo(piece.Copy);
            }

            return true;
        }
        catch (Exception gone)
        {
            piece.EndCopy();
            _failure = gone;
            return false;
        }
    }

    private void Finish()
    {
        var failure = _failure;
        Clear();
        if (failure is null)
        {
            _completion.SetResult(true);
        }
        else
        {
            _completion.SetException(failure);
        }
    }

    private async Task GoByMessagesAsync()
    {
        Exception? failure = null;
        try
        {
            if (_isWrite)
            {
                await _connection!.WriteByMessagesAsync(_token, _offset, _source, _cancellation).ConfigureAwait(false);
            }
            else
            {
                await _connection!.ReadByMessagesAsync(_token, _offset, _destination, _cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        _failure = failure;
        Finish();
    }

    private void Clear()
    {
        _memory?.EndHold();
        _memory = null;
        _region = null;
        _destination = default;
        _source = default;
        _failure = null;
    }
}
