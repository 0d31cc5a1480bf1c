using System.Text;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>The extension block of a link set-up and the item area of a message.</summary>
public class ExtensionTests
{
    private const LinkFeatures All = LinkFeatures.Flow | LinkFeatures.FailureText | LinkFeatures.ResponseRoom | LinkFeatures.Abort | LinkFeatures.Deadline | LinkFeatures.Drain
        | LinkFeatures.Connections | LinkFeatures.Memory | LinkFeatures.Resume | LinkFeatures.DirectMemory | LinkFeatures.Migration;
    private const string Header = "41434E58" + "0001";

    private static readonly LinkSetup Flagged = new() { Flags = LinkSetup.ExtensionFlag };

    [Fact]
    public void Every_set_of_features_comes_back_as_it_was_offered()
    {
        for (var features = LinkFeatures.None; features <= All; features++)
        {
            var block = new byte[ExtensionBlock.MaxWritten];
            var length = ExtensionBlock.Write(block, features);

            Assert.Equal(LinkError.None, ExtensionBlock.Read(Flagged, block.AsSpan(0, length), out var read, out var detail));
            Assert.Null(detail);
            Assert.Equal(features, read);
        }
    }

    [Fact]
    public void The_block_has_the_bytes_that_the_protocol_gives_it()
    {
        var block = new byte[ExtensionBlock.MaxWritten];

        var length = ExtensionBlock.Write(block, All);

        Assert.Equal(
            Header + "002C" + "00010000" + "00020000" + "00030000" + "00040000" + "00050000" + "00060000" + "00070000" + "00080000" + "00090000" + "000A0000" + "000B0000",
            Convert.ToHexString(block, 0, length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("41434E")]
    [InlineData("41434E59" + "0001" + "0004" + "00010000")]
    [InlineData("AAAAAAAAAAAAAAAA")]
    [InlineData("41434E58" + "0002" + "0004" + "00010000")]
    [InlineData("41434E58" + "0000" + "FFFF")]
    [InlineData(Header + "0000")]
    [InlineData(Header + "0000" + "00010000")]
    [InlineData(Header + "0005" + "7777" + "0001" + "AA")]
    public void Another_magic_or_version_and_unknown_items_offer_nothing(string hex)
    {
        Assert.Equal(LinkError.None, ExtensionBlock.Read(Flagged, Convert.FromHexString(hex), out var features, out var detail));
        Assert.Equal(LinkFeatures.None, features);
        Assert.Null(detail);
    }

    [Fact]
    public void Without_the_flag_a_block_offers_nothing()
    {
        var block = new byte[ExtensionBlock.MaxWritten];
        ExtensionBlock.Write(block, All);

        Assert.Equal(LinkError.None, ExtensionBlock.Read(default, block, out var features, out _));
        Assert.Equal(LinkFeatures.None, features);
    }

    [Fact]
    public void Unknown_items_are_skipped_by_their_length()
    {
        var block = Convert.FromHexString(Header + "000F" + "00010000" + "00FF0003" + "000100" + "00030000" + "DEAD");

        Assert.Equal(LinkError.None, ExtensionBlock.Read(Flagged, block, out var features, out _));
        Assert.Equal(LinkFeatures.Flow | LinkFeatures.ResponseRoom, features);
    }

    [Theory]
    [InlineData("41434E58" + "00", "extension block: cut off")]
    [InlineData(Header + "0005" + "00010000", "extension block: cut off")]
    [InlineData(Header + "FFFF" + "00010000", "extension block: longer than allowed")]
    [InlineData(Header + "0003" + "000100", "extension item: cut off")]
    [InlineData(Header + "0004" + "00010001", "extension item: length")]
    [InlineData(Header + "0004" + "7777FFFF", "extension item: length")]
    [InlineData(Header + "0005" + "00010001" + "00", "extension item: value of a feature without parameters")]
    [InlineData(Header + "0008" + "00010000" + "00010000", "extension item: twice")]
    [InlineData(Header + "000C" + "77770000" + "00010000" + "77770000", "extension item: twice")]
    public void A_malformed_block_is_an_error_and_offers_nothing(string hex, string detail)
    {
        var error = ExtensionBlock.Read(Flagged, Convert.FromHexString(hex), out var features, out var found);

        Assert.Equal(LinkError.MalformedExtension, error);
        Assert.Equal(detail, found);
        Assert.Equal(LinkFeatures.None, features);
    }

    [Fact]
    public void The_longest_block_is_taken_and_one_byte_more_is_not()
    {
        var block = new byte[600];
        Convert.FromHexString(Header + "01F8" + "777701F4").CopyTo(block, 0);
        Assert.Equal(LinkError.None, ExtensionBlock.Read(Flagged, block.AsSpan(0, ExtensionBlock.MaxSize), out _, out _));

        block.With(6, 2, 0x01F9).With(10, 2, 0x01F5);
        Assert.Equal(LinkError.MalformedExtension, ExtensionBlock.Read(Flagged, block, out _, out var detail));
        Assert.Equal("extension block: longer than allowed", detail);
    }

    [Fact]
    public void Items_come_back_as_they_were_written_in_front_of_the_users_header()
    {
        var buffer = new byte[MessageItems.MaxWritten + 5];
        for (var choice = 0; choice < 256; choice++)
        {
            var items = new MessageItems
            {
                HasWindow = (choice & 1) != 0,
                WindowMessages = 70000,
                WindowBytes = 1UL << 33,
                HasResponseRoom = (choice & 2) != 0,
                ResponseRoom = 1UL << 34,
                HasFailureText = (choice & 4) != 0,
                FailureText = "Nein. \u00dcberlast"u8,
                HasDeadline = (choice & 8) != 0,
                Deadline = 1UL << 35,
                HasExpired = (choice & 16) != 0,
                MayHaveExecuted = (choice & 1) != 0,
                HasSessionKey = (choice & 32) != 0,
                SessionKey = UInt128.MaxValue / 3,
                HasConnectionId = (choice & 64) != 0,
                ConnectionId = 0x89ABCDEF,
                HasRemote = (choice & 128) != 0,
                Remote = new RemoteItem(RemoteOperation.Write, UInt128.MaxValue / 5, 7, 1UL << 36, 8),
            };
            var length = items.Write(buffer);
            Assert.Equal(items.Length, length);
            "user!"u8.CopyTo(buffer.AsSpan(length));

            Assert.True(MessageItems.TryParse(buffer.AsSpan(0, length + 5), out var read, out var areaLength, out var field), field);
            Assert.Equal(length, areaLength);
            Assert.Equal(items.HasWindow, read.HasWindow);
            Assert.Equal(items.HasResponseRoom, read.HasResponseRoom);
            Assert.Equal(items.HasFailureText, read.HasFailureText);
            Assert.Equal(items.HasWindow ? (70000u, 1UL << 33) : (0u, 0UL), (read.WindowMessages, read.WindowBytes));
            Assert.Equal(items.HasResponseRoom ? 1UL << 34 : 0UL, read.ResponseRoom);
            Assert.Equal(items.HasFailureText ? "Nein. Überlast" : "", Encoding.UTF8.GetString(read.FailureText));
            Assert.Equal((items.HasDeadline, items.HasDeadline ? 1UL << 35 : 0UL), (read.HasDeadline, read.Deadline));
            Assert.Equal((items.HasExpired, items.HasExpired && items.MayHaveExecuted), (read.HasExpired, read.MayHaveExecuted));
            Assert.Equal((items.HasSessionKey, items.HasSessionKey ? UInt128.MaxValue / 3 : 0), (read.HasSessionKey, read.SessionKey));
            Assert.Equal((items.HasConnectionId, items.HasConnectionId ? 0x89ABCDEF : 0u), (read.HasConnectionId, read.ConnectionId));
            Assert.Equal((items.HasRemote, items.HasRemote ? items.Remote : default), (read.HasRemote, read.Remote));
        }
    }

    [Fact]
    public void The_item_area_has_the_bytes_that_the_protocol_gives_it()
    {
        var items = new MessageItems
        {
            HasWindow = true,
            WindowMessages = 1,
            WindowBytes = 2,
            HasResponseRoom = true,
            ResponseRoom = 3,
            HasFailureText = true,
            FailureText = "x"u8,
            HasDeadline = true,
            Deadline = 4,
            HasExpired = true,
            MayHaveExecuted = true,
            HasSessionKey = true,
            SessionKey = 5,
            HasConnectionId = true,
            ConnectionId = 6,
            HasRemote = true,
            Remote = new RemoteItem(RemoteOperation.Write, 7, 8, 9, 10),
        };
        var area = new byte[items.Length];
        items.Write(area);

        Assert.Equal(
            "0063" + "010C000000010000000000000002" + "02080000000000000003" + "030178" + "04080000000000000004" + "050101" + "061000000000000000000000000000000005" + "070400000006"
                + "0821" + "02" + "00000000000000000000000000000007" + "00000008" + "0000000000000009" + "0000000A",
            Convert.ToHexString(area));
    }

    [Theory]
    [InlineData("", "item area: cut off")]
    [InlineData("00", "item area: cut off")]
    [InlineData("0001", "item area: length")]
    [InlineData("FFFF0300", "item area: length")]
    [InlineData("000103", "item: length")]
    [InlineData("00020301", "item: length")]
    [InlineData("0003770200", "item: length")]
    [InlineData("000403000300", "item: twice")]
    [InlineData("0006770003007700", "item: twice")]
    [InlineData("000D010B0000000000000000000000", "item window: length")]
    [InlineData("000301010000", "item window: length")]
    [InlineData("00020200", "item response-room: length")]
    [InlineData("0006040400000000", "item deadline: length")]
    [InlineData("00020500", "item expired: length")]
    [InlineData("0003060100", "item session-key: length")]
    [InlineData("0004070200FF", "item connection-id: length")]
    [InlineData("0004080200FF", "item remote: length")]
    [InlineData("0023082103000000000000000000000000000000000000000000000000000000000000000A", "item remote: operation")]
    public void A_malformed_item_area_is_refused_by_name(string hex, string field)
    {
        Assert.False(MessageItems.TryParse(Convert.FromHexString(hex), out var items, out var length, out var found));
        Assert.Equal(field, found);
        Assert.Equal((false, 0), (items.HasFailureText, length));
    }

    [Fact]
    public void Unknown_items_of_a_message_are_skipped()
    {
        Assert.True(MessageItems.TryParse(Convert.FromHexString("0007FF01AA03026869FFFF"), out var items, out var length, out _));
        Assert.Equal((9, "hi"), (length, Encoding.UTF8.GetString(items.FailureText)));
    }

    [Fact]
    public void A_failure_text_that_is_too_long_is_cut_in_front_of_a_character()
    {
        var text = Encoding.UTF8.GetBytes(new string('a', 254) + "\u00fcber");
        var items = new MessageItems { HasFailureText = true, FailureText = text };
        var buffer = new byte[MessageItems.MaxWritten];

        Assert.Equal(4 + 254, items.Write(buffer));
        Assert.True(MessageItems.TryParse(buffer.AsSpan(0, items.Length), out var read, out _, out _));
        Assert.Equal(new string('a', 254), Encoding.UTF8.GetString(read.FailureText));
    }
}
