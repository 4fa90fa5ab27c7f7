using System.Collections.Immutable;
using NexusActors.Learning.Statistics;

namespace NexusActors.Learning.Decisions;

/// <summary>What was stated of a decision, and how it turned out.</summary>
/// <param name="DecisionId">The decision.</param>
/// <param name="ScenarioType">What it was about.</param>
/// <param name="Raw">Confidence before calibration, 0–1.</param>
/// <param name="Stated">Confidence as it was stated then, 0–1.</param>
/// <param name="Good">Whether it turned out well.</param>
internal sealed record ConfidenceEvidence(string DecisionId, ScenarioType ScenarioType, double Raw, double Stated, bool Good);

/// <summary>The newest outcomes of decisions: calibrates what is stated next, and tells how far what was stated was right. Not thread-safe.</summary>
internal sealed class ConfidenceBook
{
    /// <summary>Outcomes that are kept.</summary>
    public const int OutcomesMax = 20_000;

    /// <summary>A calibration is made anew when its outcomes have grown by one in so many: a single one changes a small map, and nothing of a large one.</summary>
    private const int Freshness = 100;

    private readonly Queue<ConfidenceEvidence> _kept = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<ScenarioType, (int At, ConfidenceCalibration Calibration)> _made = [];
    private readonly Dictionary<ScenarioType, int> _added = [];

    /// <summary>How many are kept.</summary>
    public int Count => _kept.Count;

    /// <summary>Whether an outcome is kept.</summary>
    public bool Has(string decisionId) => _ids.Contains(decisionId);

    /// <summary>Takes an outcome, newer than all before; one that it has changes nothing.</summary>
    public void Add(ConfidenceEvidence evidence)
    {
        if (!_ids.Add(evidence.DecisionId)) { return; }
        _kept.Enqueue(evidence);
        _added[evidence.ScenarioType] = _added.GetValueOrDefault(evidence.ScenarioType) + 1;
        if (_kept.Count > OutcomesMax) { _ids.Remove(_kept.Dequeue().DecisionId); }
    }

    /// <summary>How to calibrate decisions of a scenario.</summary>
    public ConfidenceCalibration CalibrationOf(ScenarioType scenario)
    {
        var added = _added.GetValueOrDefault(scenario);
        if (_made.TryGetValue(scenario, out var made) && added - made.At <= made.At / Freshness) { return made.Calibration; }
        var outcomes = _kept.Where(evidence => evidence.ScenarioType == scenario).Select(evidence => (evidence.Raw, evidence.Good)).ToArray();
        var calibrator = ConfidenceCalibrator.Fit(outcomes);
        var calibration = new ConfidenceCalibration(calibrator.Raw, calibrator.Calibrated, calibrator.Outcomes, outcomes.Length == 0 ? null : outcomes.Count(outcome => outcome.Good) / (double)outcomes.Length);
        _made[scenario] = (added, calibration);
        return calibration;
    }

    /// <summary>Compares what was stated with what came of it.</summary>
    public ConfidenceOverview Report() =>
        new(Compare(ScenarioType.None, [.. _kept]), [.. _kept.GroupBy(evidence => evidence.ScenarioType).OrderBy(scenario => scenario.Key).Select(scenario => Compare(scenario.Key, [.. scenario]))]);

    private static ScenarioConfidence Compare(ScenarioType scenario, ConfidenceEvidence[] outcomes)
    {
        double[] good = [.. outcomes.Select(evidence => evidence.Good ? 1.0 : 0)];
        var stated = ReliabilityTable.Of([.. outcomes.Select(evidence => evidence.Stated)], good);
        var raw = ReliabilityTable.Of([.. outcomes.Select(evidence => evidence.Raw)], good);
        return new(scenario, outcomes.Length, stated.BaseRate, Table(stated), Table(raw));
    }

    private static Reliability Table(ReliabilityTable table) =>
        new(table.CalibrationError, table.Brier, [.. table.Bins.Select(bin => new StatedConfidenceBin(bin.From, bin.To, bin.Count, bin.Predicted, bin.Observed, bin.Low, bin.High))]);
}
