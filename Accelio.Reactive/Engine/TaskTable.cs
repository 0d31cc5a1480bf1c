using System.Runtime.CompilerServices;

namespace Accelio.Reactive.Engine;

/// <summary>
/// What waits for answers on one link, by task id: slot index in the low 20 bits, generation of the slot above, so that an answer that comes twice or too late is noticed.
/// </summary>
internal sealed class TaskTable
{
    /// <summary>The most tasks at a time.</summary>
    public const int Capacity = 1 << IndexBits;

    private const int IndexBits = 20;
    private const uint IndexMask = (1u << IndexBits) - 1;
    private Slot[] _slots = new Slot[16];
    private int _used;
    private int _free = -1;

    /// <summary>Tasks in the table.</summary>
    public int Count { get; private set; }

    /// <summary>Whether another task may be added.</summary>
    public bool HasRoom => Count < Capacity;

    /// <summary>Enters a task and gives it its id.</summary>
    public void Add(OutgoingTask task)
    {
        int index;
        if (_free >= 0)
        {
            index = _free;
            _free = _slots[index].NextFree;
        }
        else
        {
            if (_used == _slots.Length)
            {
                Array.Resize(ref _slots, _used * 2);
            }

            index = _used++;
            _slots[index].Generation = 1;
        }

        ref var slot = ref _slots[index];
        slot.Task = task;
        Count++;
        task.TaskId = (slot.Generation << IndexBits) | (uint)index;
    }

    /// <summary>The task with this id, or null if there is none or not any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OutgoingTask? Find(uint id)
    {
        var index = id & IndexMask;
        if (index >= (uint)_used)
        {
            return null;
        }

        ref var slot = ref _slots[index];
        return slot.Task is { } task && slot.Generation == id >> IndexBits ? task : null;
    }

    /// <summary>Whether a message of this connection waits for its answer.</summary>
    public bool HasMessageOf(ConnectionMachine connection)
    {
        for (var i = 0; i < _used; i++)
        {
            if (_slots[i].Task is OutgoingMessage message && ReferenceEquals(message.Connection, connection))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an answer or a receipt is still due on this connection that somebody wants.</summary>
    public bool HasWorkOf(ConnectionMachine connection)
    {
        for (var i = 0; i < _used; i++)
        {
            if (_slots[i].Task is OutgoingMessage or ReceiptTask && ReferenceEquals(_slots[i].Task!.Connection, connection))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an answer or a receipt is still due on this connection, wanted or not.</summary>
    public bool HasAnyOf(ConnectionMachine connection)
    {
        for (var i = 0; i < _used; i++)
        {
            if (_slots[i].Task is OutgoingMessage or ReceiptTask or Tombstone && ReferenceEquals(_slots[i].Task!.Connection, connection))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an answer may still come to what a connection with this id asked before it was given up.</summary>
    public bool HasGivenUpOf(uint localId)
    {
        for (var i = 0; i < _used; i++)
        {
            if (_slots[i].Task is { OutlivesConnection: true, Connection: { State: ConnectionState.Closed } connection } && connection.LocalId == localId)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Lists the messages of a connection that wait for their answers.</summary>
    public void CopyMessagesTo(ConnectionMachine connection, List<OutgoingMessage> destination)
    {
        for (var i = 0; i < _used; i++)
        {
            if (_slots[i].Task is OutgoingMessage message && ReferenceEquals(message.Connection, connection))
            {
                destination.Add(message);
            }
        }
    }

    /// <summary>Puts another task in the place of one that is outstanding; the id goes over to it.</summary>
    public void Replace(OutgoingTask task, OutgoingTask with)
    {
        _slots[task.TaskId & IndexMask].Task = with;
        with.TaskId = task.TaskId;
        task.TaskId = 0;
    }

    /// <summary>Takes a task out; its id is not valid any more.</summary>
    public void Remove(OutgoingTask task)
    {
        var index = (int)(task.TaskId & IndexMask);
        ref var slot = ref _slots[index];
        slot.Task = null;
        // Generation 0 is left out, so that no id is 0.
        slot.Generation = Math.Max(1, (slot.Generation + 1) & (uint.MaxValue >> IndexBits));
        slot.NextFree = _free;
        _free = index;
        Count--;
        task.TaskId = 0;
    }

    /// <summary>Lists the tasks of a connection, or all.</summary>
    public void CopyTo(ConnectionMachine? connection, List<OutgoingTask> destination)
    {
        for (var i = 0; i < _used; i++)
        {
            if (_slots[i].Task is { } task && (connection is null || ReferenceEquals(task.Connection, connection)))
            {
                destination.Add(task);
            }
        }
    }

    private struct Slot
    {
        public OutgoingTask? Task;
        public uint Generation;
        public int NextFree;
    }
}
