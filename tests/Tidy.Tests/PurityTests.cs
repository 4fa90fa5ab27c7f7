using NexusActors.Tidy.Controls;

namespace NexusActors.Tidy;

public sealed class PurityTests
{
    [Theory]
    [InlineData("Grains")]
    [InlineData("Gateway")]
    [InlineData("Silo")]
    public void Algorithms_CompiledCode_IsPure(string project)
    {
        using var assembly = House.Compiled(project);
        House.None(Purity.Faults(assembly));
    }

    [Fact]
    public void Algorithms_OfTheGrains_AreFound()
    {
        using var assembly = House.Compiled("Grains");
        Assert.NotEmpty(Purity.Algorithms(assembly));
    }

    [Fact]
    public void Rule_ImpureCode_IsCaughtWhereverItHides()
    {
        using var assembly = House.Compiled(new FileInfo(typeof(PurityTests).Assembly.Location));
        var faults = Purity.Faults(assembly).ToArray();

        string[] caught = [nameof(Impure.Clock), nameof(Impure.InjectedClock), nameof(Impure.Chance), nameof(Impure.UnseededChance), nameof(Impure.Deferred), nameof(Impure.InsideAnIterator), nameof(Impure.InsideALambda)];
        Assert.All(caught, method => Assert.Contains(faults, fault => fault.Contains(method, StringComparison.Ordinal)));
        Assert.DoesNotContain(faults, fault => fault.Contains(nameof(Impure.Pure) + ":", StringComparison.Ordinal));
    }
}
