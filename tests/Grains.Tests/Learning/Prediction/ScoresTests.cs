using CsCheck;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Prediction;

public sealed class ScoresTests
{
    private static readonly Gen<(double Probability, bool Happened)[]> Answers = Gen.Select(Gen.Int[0, 20].Select(step => step / 20.0), Gen.Bool).Array[2, 60];

    [Fact]
    public void Auc_AnyAnswers_IsTheShareOfPairsInOrder() => Answers.Sample(answers =>
    {
        var (p, y) = Split(answers);
        double pairs = 0, right = 0;
        for (var i = 0; i < p.Length; i++)
        {
            for (var j = 0; j < p.Length; j++)
            {
                if (y[i] != 1 || y[j] != 0) { continue; }
                pairs++;
                right += p[i] > p[j] ? 1 : p[i] == p[j] ? 0.5 : 0;
            }
        }

        Assert.Equal(pairs == 0 ? double.NaN : right / pairs, Scores.Auc(p, y), 1e-9);
    });

    [Fact]
    public void LogLossAndAccuracy_AnyAnswers_AreTheirDefinitions() => Answers.Sample(answers =>
    {
        var (p, y) = Split(answers);
        Assert.Equal(answers.Average(a => -Math.Log(Math.Max(1e-15, a.Happened ? a.Probability : 1 - a.Probability))), Scores.LogLoss(p, y), 1e-9);
        Assert.Equal(answers.Average(a => a.Probability >= 0.5 == a.Happened ? 1.0 : 0), Scores.Accuracy(p, y), 1e-9);
    });

    [Fact]
    public void CalibrationError_AnyAnswers_IsItsDefinition() => Answers.Sample(answers =>
    {
        var (p, y) = Split(answers);
        double expected = 0;
        for (var bin = 0; bin < 15; bin++)
        {
            var inside = answers.Where(a => a.Probability * 15 >= bin && (a.Probability * 15 < bin + 1 || bin == 14)).ToArray();
            if (inside.Length > 0) { expected += inside.Length * Math.Abs(inside.Average(a => a.Probability) - inside.Average(a => a.Happened ? 1.0 : 0)) / answers.Length; }
        }

        Assert.Equal(expected, ReliabilityTable.Of(p, y).CalibrationError, 1e-9);
        Assert.Equal(answers.Length, ReliabilityTable.Of(p, y).Bins.Sum(bin => bin.Count));
    });

    [Fact]
    public void Rmse_KnownErrors_IsTheirRootMeanSquare() => Assert.Equal(5, Scores.Rmse([7, 1], [0, 2]), 1e-9);

    [Fact]
    public void Sigmoid_OfLogOdds_IsTheProbability() => Gen.Double[0.0001, 0.9999].Sample(p => Assert.Equal(p, Scores.Sigmoid(Scores.LogOdds(p)), 1e-9));

    private static (double[] P, double[] Y) Split((double Probability, bool Happened)[] answers) => ([.. answers.Select(a => a.Probability)], [.. answers.Select(a => a.Happened ? 1.0 : 0)]);
}
