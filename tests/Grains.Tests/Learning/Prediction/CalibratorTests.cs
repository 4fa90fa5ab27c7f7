using CsCheck;

namespace NexusActors.Learning.Prediction;

public sealed class CalibratorTests
{
    private static readonly Gen<(double Score, bool Happened, double Weight)[]> Rows = Gen.Select(Gen.Double[-6, 6], Gen.Bool, Gen.Double[0.1, 5]).Array[10, 200];

    [Fact]
    public void Fit_AnyRows_NeverWorsensTheLossOnThem() => Rows.Sample(rows =>
    {
        var (scores, outcomes, weights) = Split(rows);
        Assert.True(Loss(Calibrator.Fit(scores, outcomes, weights), scores, outcomes, weights) <= Loss(Calibrator.None, scores, outcomes, weights) + 1e-9);
        Assert.True(Loss(Calibrator.FitPlatt(scores, outcomes, weights) is { Slope: > 0 } platt ? platt : Calibrator.None, scores, outcomes, weights) <= Loss(Calibrator.None, scores, outcomes, weights) + 1e-9);
    }, iter: 200);

    [Fact]
    public void Apply_AnyMethod_RisesAndStaysBetween0And1() => Gen.Select(Rows, Gen.Double[-9, 9], Gen.Double[-9, 9]).Sample((rows, a, b) =>
    {
        var (scores, outcomes, weights) = Split(rows);
        foreach (var map in new[] { Calibrator.FitPlatt(scores, outcomes, weights), Calibrator.FitIsotonic(scores, outcomes, weights) })
        {
            Assert.True(map.Apply(Math.Min(a, b)) <= map.Apply(Math.Max(a, b)));
            Assert.InRange(map.Apply(a), 0, 1);
        }
    }, iter: 200);

    /// <summary>The values of pool-adjacent-violators by their min-max formula.</summary>
    [Fact]
    public void FitIsotonic_DistinctScores_BlocksAreTheMinMaxSolution() => Gen.Bool.Array[2, 25].Sample(happened =>
    {
        var outcomes = happened.Select(h => h ? 1.0 : 0).ToArray();
        var scores = outcomes.Select((_, i) => (double)i).ToArray();
        var map = Calibrator.FitIsotonic(scores, outcomes, [.. outcomes.Select(_ => 1.0)]);
        double Mean(int from, int to) => outcomes[from..(to + 1)].Average();
        var solution = outcomes.Select((_, i) => Enumerable.Range(0, i + 1).Max(from => Enumerable.Range(i, outcomes.Length - i).Min(to => Mean(from, to)))).ToArray();
        var least = 0.5 / (outcomes.Length + 1);
        Assert.Equal(solution.Distinct().Select(value => Math.Clamp(value, least, 1 - least)), map.Values);
    }, iter: 300);

    [Fact]
    public void Fit_OverconfidentScores_RecoversTheProbabilities()
    {
        var random = new Random(4);
        var truth = Enumerable.Range(0, 4_000).Select(_ => random.NextDouble() * 4 - 2).ToArray();
        var outcomes = truth.Select(odds => random.NextDouble() < Scores.Sigmoid(odds) ? 1.0 : 0).ToArray();

        var map = Calibrator.Fit([.. truth.Select(odds => 3 * odds + 1)], outcomes, []);

        Assert.NotEqual(CalibrationMethod.None, map.Method);
        foreach (var odds in new[] { -1.5, 0, 1.5 }) { Assert.Equal(Scores.Sigmoid(odds), map.Apply(3 * odds + 1), 0.06); }
    }

    private static double Loss(Calibrator map, double[] scores, double[] outcomes, double[] weights) => scores.Select((score, i) => weights[i] * Scores.LogLoss(map.Apply(score), outcomes[i])).Sum();

    private static (double[] Scores, double[] Outcomes, double[] Weights) Split((double Score, bool Happened, double Weight)[] rows) =>
        ([.. rows.Select(row => row.Score)], [.. rows.Select(row => row.Happened ? 1.0 : 0)], [.. rows.Select(row => row.Weight)]);
}
