using System.Runtime.CompilerServices;
using Accelio.Native.Verbs;
using Xunit;

namespace Accelio.Reactive.Tests.Native;

/// <summary>
/// The structures of libibverbs and librdmacm lie as a C compiler lays them out on 64-bit Linux. The numbers are what a C program printed with the
/// headers of rdma-core 44; they are part of the libraries' binary interface, which is only ever extended.
/// </summary>
public unsafe class VerbsLayoutTests
{
    [Fact]
    public void Sizes_are_those_of_the_C_structures()
    {
        // What the library makes and only ever passes by pointer may be known by its head alone.
        Assert.Equal(328, sizeof(IbvContext));
        Assert.Equal(256, sizeof(IbvContextOps));
        Assert.Equal(48, sizeof(IbvMr));
        Assert.Equal(16, sizeof(IbvPd));
        Assert.Equal(16, sizeof(IbvCompChannel));
        Assert.Equal(20, sizeof(IbvQpCap));
        Assert.Equal(64, sizeof(IbvQpInitAttr));
        Assert.Equal(24, sizeof(IbvSrqInitAttr));
        Assert.Equal(16, sizeof(IbvSge));
        Assert.Equal(128, sizeof(IbvSendWr));
        Assert.Equal(32, sizeof(IbvRecvWr));
        Assert.Equal(48, sizeof(IbvWc));
        Assert.Equal(232, sizeof(IbvDeviceAttr));
        Assert.Equal(52, sizeof(IbvPortAttr));
        Assert.Equal(416, sizeof(RdmaCmId));
        Assert.Equal(24, sizeof(RdmaConnParam));
        Assert.Equal(80, sizeof(RdmaCmEvent));
    }

    [Fact]
    public void The_functions_of_the_data_path_are_at_their_places_behind_the_context()
    {
        IbvContext context = default;

        Assert.Equal(96, OffsetOf(&context, &context.Ops.PollCq));
        Assert.Equal(104, OffsetOf(&context, &context.Ops.RequestNotification));
        Assert.Equal(168, OffsetOf(&context, &context.Ops.PostSharedReceive));
        Assert.Equal(208, OffsetOf(&context, &context.Ops.PostSend));
        Assert.Equal(216, OffsetOf(&context, &context.Ops.PostReceive));
        Assert.Equal(264, OffsetOf(&context, &context.CommandDescriptor));
        Assert.Equal(268, OffsetOf(&context, &context.AsyncDescriptor));
        Assert.Equal(272, OffsetOf(&context, &context.CompletionVectors));
    }

    [Fact]
    public void The_objects_of_the_library_begin_with_the_device_and_have_their_numbers_where_it_says()
    {
        IbvQp pair = default;
        IbvCq queue = default;
        IbvMr memory = default;
        IbvCompChannel channel = default;

        Assert.Equal(0, OffsetOf(&pair, &pair.Context));
        Assert.Equal([24, 32, 52], [OffsetOf(&pair, &pair.SendCq), OffsetOf(&pair, &pair.ReceiveCq), OffsetOf(&pair, &pair.Number)]);
        Assert.Equal([0, 8, 28], [OffsetOf(&queue, &queue.Context), OffsetOf(&queue, &queue.Channel), OffsetOf(&queue, &queue.Capacity)]);
        Assert.Equal([16, 24], [OffsetOf(&memory, &memory.Address), OffsetOf(&memory, &memory.Length)]);
        Assert.Equal([36, 40], [OffsetOf(&memory, &memory.LocalKey), OffsetOf(&memory, &memory.RemoteKey)]);
        Assert.Equal(8, OffsetOf(&channel, &channel.Descriptor));
    }

    [Fact]
    public void Work_requests_and_completions_have_their_fields_where_the_library_looks()
    {
        IbvSendWr send = default;
        IbvRecvWr receive = default;
        IbvSge piece = default;
        IbvWc completion = default;

        Assert.Equal([0, 8, 16, 24], [OffsetOf(&send, &send.Id), OffsetOf(&send, &send.Next), OffsetOf(&send, &send.Pieces), OffsetOf(&send, &send.PieceCount)]);
        Assert.Equal([28, 32, 40, 48], [OffsetOf(&send, &send.Opcode), OffsetOf(&send, &send.Flags), OffsetOf(&send, &send.RemoteAddress), OffsetOf(&send, &send.RemoteKey)]);
        Assert.Equal([8, 16, 24], [OffsetOf(&receive, &receive.Next), OffsetOf(&receive, &receive.Pieces), OffsetOf(&receive, &receive.PieceCount)]);
        Assert.Equal([0, 8, 12], [OffsetOf(&piece, &piece.Address), OffsetOf(&piece, &piece.Length), OffsetOf(&piece, &piece.LocalKey)]);
        Assert.Equal([0, 8, 12, 16], [OffsetOf(&completion, &completion.Id), OffsetOf(&completion, &completion.Status), OffsetOf(&completion, &completion.Opcode), OffsetOf(&completion, &completion.VendorError)]);
        Assert.Equal([20, 28, 36], [OffsetOf(&completion, &completion.Length), OffsetOf(&completion, &completion.QueuePair), OffsetOf(&completion, &completion.Flags)]);
    }

    [Fact]
    public void Attributes_of_devices_ports_and_queue_pairs_lie_as_in_the_headers()
    {
        IbvDeviceAttr device = default;
        IbvPortAttr port = default;
        IbvQpInitAttr pair = default;
        IbvSrqInitAttr shared = default;

        Assert.Equal([80, 108, 112, 120], [OffsetOf(&device, &device.MaxRegistrationLength), OffsetOf(&device, &device.MaxQueuePairs), OffsetOf(&device, &device.MaxRequests), OffsetOf(&device, &device.MaxPieces)]);
        Assert.Equal([128, 132, 136], [OffsetOf(&device, &device.MaxCompletionQueues), OffsetOf(&device, &device.MaxCompletions), OffsetOf(&device, &device.MaxRegistrations)]);
        Assert.Equal([144, 156, 227], [OffsetOf(&device, &device.MaxReadsServed), OffsetOf(&device, &device.MaxReadsBegun), OffsetOf(&device, &device.Ports)]);
        Assert.Equal([212, 216], [OffsetOf(&device, &device.MaxSharedQueues), OffsetOf(&device, &device.MaxSharedRequests)]);
        Assert.Equal([8, 12, 16], [OffsetOf(&shared, &shared.MaxRequests), OffsetOf(&shared, &shared.MaxPieces), OffsetOf(&shared, &shared.Limit)]);
        Assert.Equal([0, 8, 20, 46], [OffsetOf(&port, &port.State), OffsetOf(&port, &port.ActiveMtu), OffsetOf(&port, &port.MaxMessageLength), OffsetOf(&port, &port.LinkLayer)]);
        Assert.Equal([8, 16, 24, 32], [OffsetOf(&pair, &pair.SendCq), OffsetOf(&pair, &pair.ReceiveCq), OffsetOf(&pair, &pair.SharedReceives), OffsetOf(&pair, &pair.Capacity)]);
        Assert.Equal([52, 56], [OffsetOf(&pair, &pair.Type), OffsetOf(&pair, &pair.SignalAll)]);
    }

    [Fact]
    public void Ids_events_and_parameters_of_connections_lie_as_in_the_headers()
    {
        RdmaCmId id = default;
        RdmaCmEvent taken = default;
        RdmaConnParam parameters = default;

        Assert.Equal([0, 8, 24, 348], [OffsetOf(&id, &id.Verbs), OffsetOf(&id, &id.Channel), OffsetOf(&id, &id.Qp), OffsetOf(&id, &id.Port)]);
        Assert.Equal([32, 160], [OffsetOf(&id, id.LocalAddress), OffsetOf(&id, id.RemoteAddress)]);
        Assert.Equal([0, 8, 16, 20, 24], [OffsetOf(&taken, &taken.Id), OffsetOf(&taken, &taken.ListenId), OffsetOf(&taken, &taken.Kind), OffsetOf(&taken, &taken.Status), OffsetOf(&taken, &taken.Connection)]);
        Assert.Equal([8, 9, 10], [OffsetOf(&parameters, &parameters.PrivateDataLength), OffsetOf(&parameters, &parameters.ReadsServed), OffsetOf(&parameters, &parameters.ReadsBegun)]);
        Assert.Equal([12, 13, 14, 16], [OffsetOf(&parameters, &parameters.Retries), OffsetOf(&parameters, &parameters.NotReadyRetries), OffsetOf(&parameters, &parameters.SharedReceives), OffsetOf(&parameters, &parameters.QueuePair)]);
    }

    private static int OffsetOf(void* structure, void* field) => (int)Unsafe.ByteOffset(ref *(byte*)structure, ref *(byte*)field);
}
