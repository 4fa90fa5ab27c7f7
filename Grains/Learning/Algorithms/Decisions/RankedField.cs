namespace NexusActors.Learning.Decisions;

/// <summary>The alternatives that take part, ranked by one method.</summary>
internal sealed class RankedField
{
    private readonly double[] _sums;

    public RankedField(RankingMethod method, IReadOnlyList<string> ids, double[][] scores, double[] weights)
    {
        (Method, Ids, Scores, Weights) = (method, ids, scores, weights);
        _sums = Array.ConvertAll(scores, row => row.Sum());
        Parts = Rankings.Parts(method, scores);
        Totals = Rankings.Totals(method, Parts, weights);
        Order = Rankings.Order(Totals, _sums, ids);
    }

    public RankingMethod Method { get; }

    public IReadOnlyList<string> Ids { get; }

    /// <summary>By alternative and criterion; more is better.</summary>
    public double[][] Scores { get; }

    /// <summary>What the weights weigh: see <see cref="Rankings.Parts"/>.</summary>
    public double[][] Parts { get; }

    /// <summary>By criterion; they sum to 1.</summary>
    public double[] Weights { get; }

    /// <summary>By alternative; more is better.</summary>
    public double[] Totals { get; }

    /// <summary>From best to worst.</summary>
    public int[] Order { get; }

    /// <summary>The chosen one.</summary>
    public int First => Order[0];

    /// <summary>The next; -1: nobody else takes part.</summary>
    public int Second => Order.Length > 1 ? Order[1] : -1;

    /// <summary>Who would be first with another weight of one criterion, the others keeping their proportions.</summary>
    public int FirstWith(int criterion, double weight) => Rankings.First(Rankings.Totals(Method, Parts, WeightsWith(criterion, weight)), _sums, Ids);

    /// <summary>Who would be first if one alternative had another score.</summary>
    public int FirstWith(int alternative, int criterion, double score)
    {
        var sums = (double[])_sums.Clone();
        sums[alternative] += score - Scores[alternative][criterion];
        return Rankings.First(TotalsWith(alternative, criterion, score), sums, Ids);
    }

    /// <summary>Weights with one of them set; the others keep their proportions, or are equal where they have none.</summary>
    public double[] WeightsWith(int criterion, double weight)
    {
        var others = Weights.Where((_, j) => j != criterion).Sum();
        return [.. Weights.Select((old, j) => j == criterion ? weight : others > 0 ? old / others * (1 - weight) : (1 - weight) / (Weights.Length - 1))];
    }

    private double[] TotalsWith(int alternative, int criterion, double score)
    {
        var totals = (double[])Totals.Clone();
        if (Method == RankingMethod.Promethee)
        {
            var column = Array.ConvertAll(Scores, row => row[criterion]);
            column[alternative] = score;
            var flows = Rankings.Flows(column);
            for (var i = 0; i < totals.Length; i++) { totals[i] += Weights[criterion] * (flows[i] - Parts[i][criterion]); }
            return totals;
        }
        var row = (double[])Scores[alternative].Clone();
        row[criterion] = score;
        if (Method == RankingMethod.Vikor)
        {
            var scores = (double[][])Scores.Clone();
            scores[alternative] = row;
            return Rankings.Totals(Method, scores, Weights);
        }
        totals[alternative] = Method == RankingMethod.Topsis ? Rankings.Closeness(row, Weights) : Rankings.Sum(row, Weights);
        return totals;
    }
}
