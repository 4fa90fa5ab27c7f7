using CsCheck;

namespace NexusActors.Http;

public sealed class IdsTests
{
    [Theory]
    [InlineData("a"), InlineData("Agent 7"), InlineData("späher-✓"), InlineData("a%2Fb"), InlineData("a\\b"), InlineData("..."), InlineData("😀"), InlineData("a?b#c&d")]
    public void IsValid_Printable_Accepts(string id) => Assert.True(Ids.IsValid(id));

    [Theory]
    [InlineData(""), InlineData(" "), InlineData("\u00a0"), InlineData("."), InlineData(".."), InlineData("a/b"), InlineData("a\nb"), InlineData("a\0"), InlineData("\u007f"), InlineData("\u0085"), InlineData("\u2028")]
    public void IsValid_NotPrintableOrNotAnId_Refuses(string id) => Assert.False(Ids.IsValid(id));

    // Not by InlineData: metadata is UTF-8 and cannot hold them.
    [Fact]
    public void IsValid_HalfAPair_Refuses()
    {
        Assert.False(Ids.IsValid("\ud83d"));
        Assert.False(Ids.IsValid("x\ude00y"));
    }

    [Fact]
    public void IsValid_Length_EndsAt200()
    {
        Assert.True(Ids.IsValid(new string('x', 200)));
        Assert.False(Ids.IsValid(new string('x', 201)));
    }

    [Fact]
    public void IsValid_AnyText_SurvivesAUrl() => Gen.String.Sample(text =>
        !Ids.IsValid(text) || Uri.UnescapeDataString(Uri.EscapeDataString(text)) == text);
}
