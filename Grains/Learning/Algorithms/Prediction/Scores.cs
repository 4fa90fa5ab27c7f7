using MathNet.Numerics.Statistics;

namespace NexusActors.Learning.Prediction;

/// <summary>How good predictions are. Outcomes are 1 (happened) and 0; both spans have the same length, which is not 0.</summary>
internal static class Scores
{
    /// <summary>Share of answers on the right side of a half.</summary>
    public static double Accuracy(ReadOnlySpan<double> probabilities, ReadOnlySpan<double> outcomes)
    {
        var right = 0;
        for (var i = 0; i < outcomes.Length; i++) { right += probabilities[i] >= 0.5 == outcomes[i] > 0.5 ? 1 : 0; }
        return (double)right / outcomes.Length;
    }

    /// <summary>Area under the ROC curve: the chance that a row that happened is ranked above one that did not, ties as a half (Mann–Whitney). NaN where only one of the two occurs.</summary>
    public static double Auc(ReadOnlySpan<double> scores, ReadOnlySpan<double> outcomes)
    {
        var ranked = ArrayStatistics.RanksInplace(scores.ToArray(), RankDefinition.Average);
        double ranks = 0, happened = 0;
        for (var i = 0; i < ranked.Length; i++)
        {
            ranks += outcomes[i] * ranked[i];
            happened += outcomes[i];
        }

        var others = ranked.Length - happened;
        return happened == 0 || others == 0 ? double.NaN : (ranks - happened * (happened + 1) / 2) / (happened * others);
    }

    /// <summary>Mean negative logarithm of the probability given to what happened, natural; probabilities are kept 1e-15 away from 0 and 1.</summary>
    public static double LogLoss(ReadOnlySpan<double> probabilities, ReadOnlySpan<double> outcomes)
    {
        double sum = 0;
        for (var i = 0; i < outcomes.Length; i++) { sum += LogLoss(probabilities[i], outcomes[i]); }
        return sum / outcomes.Length;
    }

    /// <summary>The loss of one answer.</summary>
    public static double LogLoss(double probability, double outcome) => -Math.Log(Math.Clamp(outcome > 0.5 ? probability : 1 - probability, 1e-15, 1));

    /// <summary>Root of the mean squared error.</summary>
    public static double Rmse(ReadOnlySpan<double> predictions, ReadOnlySpan<double> targets)
    {
        double sum = 0;
        for (var i = 0; i < targets.Length; i++) { sum += (predictions[i] - targets[i]) * (predictions[i] - targets[i]); }
        return Math.Sqrt(sum / targets.Length);
    }

    /// <summary>Probability of a log-odds.</summary>
    public static double Sigmoid(double logOdds) => logOdds >= 0 ? 1 / (1 + Math.Exp(-logOdds)) : Math.Exp(logOdds) is var e ? e / (1 + e) : 0;

    /// <summary>Log-odds of a probability, kept finite.</summary>
    public static double LogOdds(double probability) => Math.Log(Math.Clamp(probability, 1e-15, 1) / Math.Clamp(1 - probability, 1e-15, 1));
}
