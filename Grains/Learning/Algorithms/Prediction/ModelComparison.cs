using System.Globalization;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Prediction;

/// <summary>Which of two models is better.</summary>
internal enum Verdict
{
    /// <summary>The difference is within noise: the champion stays.</summary>
    WithinNoise = 0,
    /// <summary>The challenger is better.</summary>
    ChallengerBetter = 1,
    /// <summary>The challenger is worse.</summary>
    ChampionBetter = 2,
}

/// <summary>A comparison on the same held-out rows.</summary>
/// <param name="Verdict">The answer.</param>
/// <param name="Gain">Mean loss of the champion less that of the challenger; above 0 the challenger is better.</param>
/// <param name="Low">Lower end of the 95 % interval of the gain.</param>
/// <param name="High">Upper end.</param>
/// <param name="Rows">Compared.</param>
/// <param name="Statement">The same in a sentence.</param>
internal sealed record ModelComparison(Verdict Verdict, double Gain, double Low, double High, int Rows, string Statement)
{
    /// <summary>Below that many rows nothing is concluded.</summary>
    public const int RowsMin = 30;

    /// <summary>Paired bootstrap of the loss by row (Efron and Tibshirani 1993), percentile interval. Rows of one group are drawn together, since they are not independent.</summary>
    /// <param name="champion">Loss by row.</param>
    /// <param name="challenger">Loss by row, of the same rows.</param>
    /// <param name="groups">By row; empty: each row by itself.</param>
    /// <param name="random">Draws.</param>
    /// <param name="rounds">Draws of all rows.</param>
    public static ModelComparison Of(double[] champion, double[] challenger, int[] groups, Random random, int rounds = 2000)
    {
        if (champion.Length != challenger.Length || groups.Length != 0 && groups.Length != champion.Length) { throw new ArgumentException("losses and groups are not of the same rows"); }
        var units = Enumerable.Range(0, champion.Length).GroupBy(i => groups.Length == 0 ? i : groups[i])
            .Select(unit => (Gain: unit.Sum(i => champion[i] - challenger[i]), Rows: unit.Count())).ToArray();
        if (units.Length < RowsMin) { return new(Verdict.WithinNoise, double.NaN, double.NaN, double.NaN, champion.Length, $"Too few held-out cases to compare: {units.Length}, at least {RowsMin} are needed. The champion stays."); }
        var gains = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            double gain = 0;
            var rows = 0;
            for (var i = 0; i < units.Length; i++)
            {
                var unit = units[random.Next(units.Length)];
                (gain, rows) = (gain + unit.Gain, rows + unit.Rows);
            }

            gains[round] = gain / rows;
        }

        Array.Sort(gains);
        var mean = units.Sum(unit => unit.Gain) / champion.Length;
        var (low, high) = (gains[(int)(rounds * 0.025)], gains[(int)(rounds * 0.975)]);
        var verdict = low > 0 ? Verdict.ChallengerBetter : high < 0 ? Verdict.ChampionBetter : Verdict.WithinNoise;
        return new(verdict, mean, low, high, champion.Length, Say(verdict, mean, low, high, champion.Length));
    }

    /// <summary>A new model against the one that answers now, on held-out rows that neither has learned from: those that are newer than the champion's data, where times are known.</summary>
    /// <param name="champion">Answers now.</param>
    /// <param name="forChampion">The rows of <paramref name="data"/>, encoded with the champion's schema.</param>
    /// <param name="data">What the challenger was trained from.</param>
    /// <param name="challenger">Its training.</param>
    /// <param name="random">Draws.</param>
    public static ModelComparison Of(PredictionModel champion, FeatureTable forChampion, TrainingSet data, TrainingOutcome challenger, Random random)
    {
        var rows = challenger.HeldOut.Where(held => data.Times.Length == 0 || data.Times[held.Row] > champion.Card.To).ToArray();
        return Of(
            Array.ConvertAll(rows, held => champion.Loss(FeatureRows.Row(forChampion, held.Row), data.Targets[held.Row])),
            Array.ConvertAll(rows, held => held.Loss),
            data.Groups.Length == 0 ? [] : Array.ConvertAll(rows, held => data.Groups[held.Row]), random);
    }

    private static string Say(Verdict verdict, double mean, double low, double high, int rows)
    {
        var figures = string.Create(CultureInfo.InvariantCulture, $"the loss falls by {mean:F4} (95 % interval {low:F4} to {high:F4}, {rows} held-out rows)");
        return verdict switch
        {
            Verdict.ChallengerBetter => $"The challenger is better: {figures}.",
            Verdict.ChampionBetter => $"The champion is better: with the challenger {figures}.",
            _ => $"The difference is within noise: with the challenger {figures}. The champion stays.",
        };
    }
}
