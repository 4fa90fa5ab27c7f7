using NexusActors.Learning.Prediction;

namespace NexusActors.Benchmarks;

/// <summary>An event with what was answered for it, and what is known only later.</summary>
/// <param name="Row">Place among the events.</param>
/// <param name="Happened">Days.</param>
/// <param name="Known">Days.</param>
/// <param name="Success">The outcome.</param>
/// <param name="Probability">That was given.</param>
/// <param name="Conformity">By the ranks of the model that answered.</param>
internal sealed record AnsweredEvent(int Row, double Happened, double Known, bool Success, double Probability, Conformity Conformity);

/// <summary>A way to make sets of outcomes from the same answers. At each cut-off it learns what has become known, in that order; then it says sets until the next one.</summary>
internal abstract class SetMethod(string name)
{
    public string Name => name;

    public abstract void Learn(IReadOnlyList<AnsweredEvent> known, double cut);

    public abstract (bool CanFail, bool CanSucceed) Of(AnsweredEvent happening);
}

/// <summary>Ours.</summary>
internal sealed class AdaptiveMethod(string name, double coverage) : SetMethod(name)
{
    private readonly AdaptiveSets _sets = new(coverage, ConformityWindow.PriorMax, ConformityWindow.PriorMax);

    public override void Learn(IReadOnlyList<AnsweredEvent> known, double cut)
    {
        foreach (var happening in known) { _sets.Learn(new(happening.Row, happening.Success, happening.Happened, happening.Known, happening.Conformity)); }
        _sets.Refresh(cut);
    }

    public override (bool CanFail, bool CanSucceed) Of(AnsweredEvent happening) => _sets.Of(happening.Conformity);
}

/// <summary>Split conformal prediction as in the book: all answers whose outcome is known, both classes together, each outcome scored by one less its probability.</summary>
internal sealed class SplitMethod(double coverage) : SetMethod("split conformal")
{
    private readonly List<double> _scores = [];
    private double _most = double.PositiveInfinity;

    public override void Learn(IReadOnlyList<AnsweredEvent> known, double cut)
    {
        _scores.AddRange(known.Select(happening => happening.Success ? 1 - happening.Probability : happening.Probability));
        _most = Conformal.Quantile(_scores, coverage);
    }

    public override (bool CanFail, bool CanSucceed) Of(AnsweredEvent happening) => (happening.Probability <= _most, 1 - happening.Probability <= _most);
}

/// <summary>The same for each class by itself, and where a step is given adaptive in each class (Gibbs and Candès 2021) as outcomes become known.</summary>
internal sealed class MondrianMethod(string name, double coverage, double step = 0) : SetMethod(name)
{
    private readonly List<double>[] _scores = [[], []];
    private readonly double[] _missed = [1 - coverage, 1 - coverage], _most = [double.PositiveInfinity, double.PositiveInfinity];

    public override void Learn(IReadOnlyList<AnsweredEvent> known, double cut)
    {
        foreach (var happening in known)
        {
            var (place, score) = happening.Success ? (1, 1 - happening.Probability) : (0, happening.Probability);
            _missed[place] += step * (1 - coverage - (score <= _most[place] ? 0 : 1));
            _scores[place].Add(score);
        }

        for (var place = 0; place < 2; place++) { _most[place] = _missed[place] <= 0 ? double.PositiveInfinity : Conformal.Quantile(_scores[place], Math.Max(0, 1 - _missed[place])); }
    }

    public override (bool CanFail, bool CanSucceed) Of(AnsweredEvent happening) => (happening.Probability <= _most[0], 1 - happening.Probability <= _most[1]);
}
