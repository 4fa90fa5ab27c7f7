namespace NexusActors.Learning.Prediction;

/// <summary>
/// Whether the model that learns from each experience answers better than the trees by now: both are asked before an outcome is known, and their losses over the newest outcomes are compared. It leads from when it is
/// better beyond noise until the trees are.
/// </summary>
/// <param name="coverage">Of the online model's sets.</param>
internal sealed class OnlineRace(double coverage)
{
    private const int Window = 500, Step = 100;
    private readonly Queue<(double Trees, double Online, double Outcome)> _newest = new(Window);
    private long _seen;

    /// <summary>The online model answers.</summary>
    public bool OnlineLeads { get; private set; }

    /// <summary>Makes probabilities of the online model's, while it leads.</summary>
    public Calibrator Calibrator { get; private set; } = Calibrator.None;

    /// <summary>Its sets of outcomes, by the probabilities that it gives.</summary>
    public AdaptiveSets Sets { get; } = new(coverage);

    /// <summary>Outcomes compared.</summary>
    public int Compared => _newest.Count;

    /// <summary>Mean log-loss of the trees over them; NaN: none.</summary>
    public double TreesLoss => _newest.Count == 0 ? double.NaN : _newest.Average(one => Scores.LogLoss(one.Trees, one.Outcome));

    /// <summary>Mean log-loss of the online model over them; NaN: none.</summary>
    public double OnlineLoss => _newest.Count == 0 ? double.NaN : _newest.Average(one => Scores.LogLoss(one.Online, one.Outcome));

    /// <summary>Share of the online model's answers that were right.</summary>
    public double OnlineAccuracy => Scores.Accuracy([.. _newest.Select(one => one.Online)], [.. _newest.Select(one => one.Outcome)]);

    /// <summary>One outcome, with the probabilities of success that were given before it was known.</summary>
    public void Add(double trees, double online, bool success)
    {
        if (_newest.Count == Window) { _newest.Dequeue(); }
        _newest.Enqueue((trees, online, success ? 1 : 0));
        if (++_seen % Step != 0) { return; }
        var (treesLosses, onlineLosses) = (Array.ConvertAll([.. _newest], one => Scores.LogLoss(one.Trees, one.Outcome)), Array.ConvertAll([.. _newest], one => Scores.LogLoss(one.Online, one.Outcome)));
        OnlineLeads = ModelComparison.Of(treesLosses, onlineLosses, [], new Random(1)).Verdict switch
        {
            Verdict.ChallengerBetter => true,
            Verdict.ChampionBetter => false,
            _ => OnlineLeads,
        };
        if (!OnlineLeads) { return; }
        double[] outcomes = [.. _newest.Select(one => one.Outcome)], scores = [.. _newest.Select(one => Scores.LogOdds(one.Online))];
        Calibrator = Calibrator.Fit(scores, outcomes, []);
    }
}
