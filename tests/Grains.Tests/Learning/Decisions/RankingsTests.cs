using CsCheck;

namespace NexusActors.Learning.Decisions;

/// <summary>Each method against its definition, written down anew.</summary>
public sealed class RankingsTests
{
    private static readonly Gen<(double[][] Scores, double[] Weights)> Problems = Gen.Select(Gen.Int[1, 9], Gen.Int[1, 5]).SelectMany((rows, columns) =>
        Gen.Select(Gen.OneOf(Gen.Double[0, 1], Gen.Int[0, 20].Select(steps => steps / 20.0)).Array[columns].Array[rows], Gen.Double[0.01, 1].Array[columns].Select(weights => weights.Select(weight => weight / weights.Sum()).ToArray())));

    [Fact]
    public void Totals_Promethee_IsTheNetFlowOverAllPairs() => Problems.Sample((scores, weights) =>
        Same(Rankings.Totals(RankingMethod.Promethee, Rankings.Parts(RankingMethod.Promethee, scores), weights), scores.Select(one => scores.Length < 2 ? 0 : scores.Sum(other => weights.Select((weight, j) => weight * (Prefer(one[j] - other[j]) - Prefer(other[j] - one[j]))).Sum()) / (scores.Length - 1))));

    [Fact]
    public void Totals_Vikor_IsTheCompromiseOfUtilityAndRegret() => Problems.Sample((scores, weights) =>
    {
        double[] sum = [.. scores.Select(row => row.Select((score, j) => weights[j] * (1 - score)).Sum())];
        double[] worst = [.. scores.Select(row => row.Select((score, j) => weights[j] * (1 - score)).Max())];
        Same(Rankings.Totals(RankingMethod.Vikor, scores, weights), scores.Select((_, i) => 1 - (0.5 * Part(sum, i)) - (0.5 * Part(worst, i))));

        static double Part(double[] all, int i) => all.Max() == all.Min() ? 0 : (all[i] - all.Min()) / (all.Max() - all.Min());
    });

    [Fact]
    public void Totals_Topsis_IsTheShareOfTheDistanceFromTheWorst() => Problems.Sample((scores, weights) =>
        Same(Rankings.Totals(RankingMethod.Topsis, scores, weights), scores.Select(row => Distance(row, weights, 0) / (Distance(row, weights, 0) + Distance(row, weights, 1)))));

    [Fact]
    public void Totals_Spotis_IsOneMinusTheWeightedDistanceFromTheIdeal() => Problems.Sample((scores, weights) =>
        Same(Rankings.Totals(RankingMethod.Spotis, scores, weights), scores.Select(row => 1 - row.Select((score, j) => weights[j] * Math.Abs(1 - score)).Sum())));

    /// <summary>Totals that are carried on from those before are those from the beginning.</summary>
    [Fact]
    public void FirstWith_AnotherScore_IsTheFirstOfTheChangedProblem() => Gen.Select(Problems, DecisionSamples.Methods, Gen.Int[0, 8], Gen.Int[0, 4], Gen.Double[0, 1]).Sample((problem, method, who, what, score) =>
    {
        var (scores, weights) = problem;
        string[] ids = [.. scores.Select((_, i) => $"a{i}")];
        var (at, criterion) = (who % scores.Length, what % weights.Length);
        double[][] changed = [.. scores.Select((row, i) => row.Select((old, j) => i == at && j == criterion ? score : old).ToArray())];
        Assert.Equal(new RankedField(method, ids, changed, weights).First, new RankedField(method, ids, scores, weights).FirstWith(at, criterion, score));
    });

    private static double Prefer(double difference) => Math.Clamp((difference - 0.05) / 0.25, 0, 1);

    private static double Distance(double[] row, double[] weights, double from) => Math.Sqrt(row.Select((score, j) => Math.Pow(weights[j] * (score - from), 2)).Sum());

    private static void Same(double[] actual, IEnumerable<double> expected) => Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
}
