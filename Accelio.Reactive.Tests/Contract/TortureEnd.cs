using System.Runtime.InteropServices;
using Accelio.Transports;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>One end of a torture: sends, places, pauses and resumes as a seed says.</summary>
internal sealed unsafe class TortureEnd
{
    private const int LongestBody = 600_000;

    private readonly LinkPair _pair;
    private readonly RecordingSink _sink;
    private readonly Random _random;
    private readonly int _count;
    private readonly Dictionary<ulong, byte[]> _landings = [];
    private int _sent;
    private bool _paused;

    public TortureEnd(LinkPair pair, RecordingSink sink, int seed, int count)
    {
        _pair = pair;
        _sink = sink;
        _random = new Random(seed);
        _count = count;
        sink.Link.AgreedRoom = LongestBody;
        sink.OnArrivalDo = Place;
        sink.OnFrameDo = OnFrame;
    }

    /// <summary>Does something, or nothing; between two turns.</summary>
    public void Act()
    {
        if (_sink.IsClosed)
        {
            return;
        }

        if (_paused && _random.Next(3) == 0)
        {
            Resume();
        }

        if (_sent < _count && _random.Next(2) == 0 && !_sink.Link.IsCongested)
        {
            _pair.On(_sink, () =>
            {
                for (var burst = _random.Next(1, 12); burst > 0 && _sent < _count && !_sink.IsClosed; burst--)
                {
                    _sink.Send(Next());
                }
            });
        }
    }

    /// <summary>Takes everything from now on: a link that is paused does not look for the end of its peer.</summary>
    public void TakeEverything()
    {
        _sink.OnArrivalDo = null;
        _sink.OnFrameDo = null;
        Resume();
    }

    private void Resume()
    {
        _paused = false;
        _pair.On(_sink, () => _sink.Call(link => link.ResumeReceive()));
    }

    private TestFrame Next()
    {
        var serial = (ulong)_sent++;
        var type = _random.Next(8) switch
        {
            0 => FrameType.KeepAliveRequest,
            1 or 2 => FrameType.Response,
            3 or 4 => FrameType.OneWay,
            _ => FrameType.Request,
        };
        if (type == FrameType.KeepAliveRequest)
        {
            return new TestFrame { Header = TestFrame.HeaderOf(type, serial), Urgent = true };
        }

        var parts = new int[_random.Next(4)];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = _random.Next(6) switch
            {
                0 => _random.Next(LongestBody / 3),
                1 => _random.Next(40_000),
                2 => _random.Next(7_900, 8_500),
                _ => _random.Next(500),
            };
        }

        return new TestFrame
        {
            Header = TestFrame.HeaderOf(type, serial),
            Parts = parts,
            UserHeader = Pattern.Create(serial, _random.Next(100)),
            WithToken = _random.Next(4) > 0,
            AgreedRoom = LongestBody,
            OfferedRoom = type == FrameType.Request ? (uint)_random.Next(100_000) : 0,
        };
    }

    private void Place(ref InboundFrame frame)
    {
        switch (_random.Next(10))
        {
            case 0 when frame.BodyLength > 0:
                var landing = GC.AllocateUninitializedArray<byte>((int)frame.BodyLength, pinned: true);
                _landings[frame.Header.Serial] = landing;
                frame.Placement = PlacementKind.Destination;
                frame.Destination = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(landing, 0);
                break;
            case 1:
                frame.Placement = PlacementKind.Discard;
                break;
            case 2 when frame.BodyLength > 0:
                // Until it is resumed, on a stream the link is paused; on slots this fetch is.
                frame.Placement = PlacementKind.NotNow;
                _paused = true;
                break;
            case 3:
                _paused = true;
                _sink.Call(link => link.PauseReceive());
                break;
        }
    }

    private void OnFrame(ReceivedFrame frame)
    {
        if (_landings.Remove(frame.Serial, out var landing) && Pattern.FindMismatch(frame.Serial, landing) >= 0 && frame.AtDestination)
        {
            _sink.Violations.Add($"body {frame.Serial} is wrong at its destination");
        }

        if (_random.Next(12) == 0)
        {
            _paused = true;
            _sink.Call(link => link.PauseReceive());
        }
    }
}
