using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>Tokens of shared memory as bytes.</summary>
public class MemoryTokenTests
{
    private static readonly MemoryToken Token = new(((UInt128)0x0102030405060708 << 64) | 0x090A0B0C0D0E0F10, 0x21222324, 0x3132333435363738, RemoteAccess.ReadWrite);

    [Fact]
    public void A_token_travels_as_32_bytes() =>
        Assert.Equal("0103000021222324" + "0102030405060708090A0B0C0D0E0F10" + "3132333435363738", Convert.ToHexString(Token.ToArray()));

    [Fact]
    public void A_token_is_read_as_it_was_written_whatever_follows() => Assert.Equal(Token, MemoryToken.Read([.. Token.ToArray(), 1, 2, 3]));

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 0)]
    [InlineData(1, 4)]
    [InlineData(24, 0x80)]
    public void Bytes_that_are_no_token_are_refused(int offset, byte value)
    {
        var bytes = Token.ToArray();
        bytes[offset] = value;

        Assert.Throws<FormatException>(() => MemoryToken.Read(bytes));
    }

    [Fact]
    public void A_token_that_is_cut_off_is_refused() => Assert.Throws<FormatException>(() => MemoryToken.Read(Token.ToArray().AsSpan(0, 31)));

    [Fact]
    public void A_token_needs_room() => Assert.Throws<ArgumentException>("destination", () => Token.Write(new byte[31]));
}
