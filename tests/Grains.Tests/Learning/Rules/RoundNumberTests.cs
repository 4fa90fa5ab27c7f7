using CsCheck;

namespace NexusActors.Learning.Rules;

public sealed class RoundNumberTests
{
    [Theory]
    [InlineData(10993.8, 11019.2, false, 11000)]
    [InlineData(11919.8, 12337.2, false, 12000)]
    [InlineData(8.599999999999966, 8.600000000000023, true, 8.6)]
    [InlineData(1379, 1381, true, 1380)]
    [InlineData(33205.2, 33566.1, true, 33500)]
    [InlineData(-3, 5, true, 0)]
    [InlineData(-8.61, -8.58, false, -8.6)]
    [InlineData(1, 2, true, 2)]
    [InlineData(1, 2, false, 1)]
    [InlineData(0.00012, 0.00019, true, 0.00015)]
    [InlineData(3e20, 4e20, true, 4e20)]
    public void Within_Gap_IsTheNumberOfFewestDigits(double low, double high, bool includesHigh, double expected) => Assert.Equal(expected, RoundNumber.Within(low, high, includesHigh));

    [Fact]
    public void Within_AnyGap_LiesInIt() =>
        Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[-12, 5], Gen.Bool).Sample((low, exponent, includesHigh) =>
        {
            var high = low + Math.Pow(10, exponent);
            if (high <= low) { return true; }
            var number = RoundNumber.Within(low, high, includesHigh);
            return includesHigh ? number > low && number <= high : number >= low && number < high;
        });

    [Fact]
    public void Within_NeighbouringNumbers_TheEndThatIsAllowed()
    {
        var next = Math.BitIncrement(0.3);

        Assert.Equal(next, RoundNumber.Within(0.3, next, includesHigh: true));
        Assert.Equal(0.3, RoundNumber.Within(0.3, next, includesHigh: false));
    }
}
