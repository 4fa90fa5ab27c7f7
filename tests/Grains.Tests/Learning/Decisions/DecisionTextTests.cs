namespace NexusActors.Learning.Decisions;

public sealed class DecisionTextTests
{
    [Theory, InlineData(0, "0"), InlineData(8e-19, "0"), InlineData(-3e-13, "0"), InlineData(0.00012, "1.2E-4"), InlineData(0.5, "0.5"), InlineData(1234.56, "1,234.6"), InlineData(2.5e9, "2.5E+9")]
    public void Of_Numbers_AsPeopleWriteThem(double number, string text) => Assert.Equal(text, DecisionText.Of(number));
}
