using System.Globalization;
using System.Text;
using CsCheck;

namespace NexusActors.Http;

public sealed class UtcTimeTests
{
    [Theory]
    [InlineData("2030-05-01T12:00:00Z", "2030-05-01T12:00:00.0000000Z")]
    [InlineData("2030-05-01T12:00:00+02:00", "2030-05-01T10:00:00.0000000Z")]
    [InlineData("2030-05-01T12:00:00.123456", "2030-05-01T12:00:00.1234560Z")]
    [InlineData("2030-05-01 12:00:00-05:30", "2030-05-01T17:30:00.0000000Z")]
    [InlineData("2030-05-01T12:00", "2030-05-01T12:00:00.0000000Z")]
    [InlineData("2030-05-01T12:00:00.1234567Z", "2030-05-01T12:00:00.1234567Z")]
    public void TryParse_WithOrWithoutOffset_IsUtc(string text, string expected)
    {
        Assert.True(UtcTime.TryParse(text, out var time));
        Assert.Equal(expected, time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.Zero, time.Offset);
    }

    [Theory]
    [InlineData("tomorrow"), InlineData("12:00"), InlineData("2030-13-01T00:00:00Z"), InlineData("2030-02-30T00:00:00Z"), InlineData("1735689600"), InlineData("2030-05-01T25:00:00Z"),
        InlineData("05/01/2030"), InlineData(""), InlineData("0001-01-01T00:00:00+14:00"), InlineData("9999-12-31T23:59:59-14:00"), InlineData("2030-05-01T12:00:00+99:00")]
    public void TryParse_NotATime_Refuses(string text) => Assert.False(UtcTime.TryParse(text, out _));

    [Fact]
    public void Format_AnyTime_ReadsBackToTheMicrosecond() => Gen.DateTime.Sample(moment =>
    {
        var time = new DateTimeOffset(DateTime.SpecifyKind(moment, DateTimeKind.Utc));
        Span<byte> bytes = stackalloc byte[32];
        var text = Encoding.ASCII.GetString(bytes[..UtcTime.Format(time, bytes)]);
        return text.EndsWith('Z') && UtcTime.TryParse(text, out var read) && time - read is { Ticks: >= 0 and < TimeSpan.TicksPerMicrosecond };
    });
}
