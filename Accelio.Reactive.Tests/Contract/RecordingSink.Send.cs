using System.Buffers;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Contract;

/// <content>Sending frames whose bodies follow the pattern of their serial number.</content>
internal sealed unsafe partial class RecordingSink
{
    /// <summary>Sends a frame with a body of one part.</summary>
    public SendStatus Send(FrameType type, ulong serial, int bodyLength = 0, bool withToken = true) =>
        Send(new TestFrame { Header = TestFrame.HeaderOf(type, serial), Parts = [bodyLength], WithToken = withToken });

    /// <summary>Sends a plain message; its header says no more than it can.</summary>
    public void SendPlain(FrameHeader header, int bodyLength)
    {
        var body = new byte[bodyLength];
        Pattern.Fill(header.Serial, 0, body);
        var session = new SessionWords(
            header.Destination, header.Flags, header.Serial, header.SequenceNumber, header.AckSequenceNumber, header.CreditMessages, header.CreditBytes);
        var task = header.Type == FrameType.Response ? header.RemoteTask : header.LocalTask;
        Call(link => link.SendPlain(header.Type, task, header.LastInBatch, session, body, awaited: 0));
        body.AsSpan().Clear();
    }

    /// <summary>Sends a frame.</summary>
    public SendStatus Send(TestFrame frame)
    {
        var parts = new byte[frame.Parts.Length][];
        var position = 0L;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new byte[frame.Parts[i]];
            Pattern.Fill(frame.Header.Serial, position, parts[i]);
            position += parts[i].Length;
        }

        var token = frame.WithToken ? new TestToken(frame.Header.Serial, parts) : null;
        var status = default(SendStatus);
        Call(link =>
        {
            var outbound = new OutboundFrame
            {
                Header = frame.Header,
                Items = frame.Items,
                UserHeader = frame.UserHeader,
                Body = position == 0 && parts.Length <= 1 ? default : BodySegment.Join(parts),
                OfferedRoom = frame.OfferedRoom,
                Offer = frame.Offer,
                PeerRoom = frame.PeerRoom,
                AgreedRoom = frame.AgreedRoom,
                Token = token,
                Urgent = frame.Urgent,
            };
            if (token is not null)
            {
                // Known before the call: a release may not come from inside it, but in the same turn.
                Tokens.Add(token);
            }

            status = link.Send(ref outbound);
        });
        if (token is not null && status != SendStatus.Referenced)
        {
            Tokens.Remove(token);
            Check(token.Count == 0, "the link pinned a body that it does not refer to");
            token.OnReleased();
        }
        else if (token is null)
        {
            Check(status != SendStatus.Referenced, "the link refers to a body without a token");
            foreach (var part in parts)
            {
                part.AsSpan().Clear();
            }
        }

        return status;
    }
}
