namespace NexusActors.Learning.Decisions;

public sealed class ConfidenceBookTests
{
    /// <summary>Told one after the other as a service is: what is said to be r is right r² of the time. What was stated before an outcome was known is far better than the raw confidence.</summary>
    [Fact]
    public void Report_StatedBeforeEachOutcome_FarBetterThanRaw()
    {
        var (book, random) = (new ConfidenceBook(), new Random(1));
        for (var i = 0; i < 4_000; i++)
        {
            var raw = random.NextDouble();
            var calibration = book.CalibrationOf(ScenarioType.IncidentResponse);
            var stated = new ConfidenceCalibrator(calibration.Raw, calibration.Calibrated, calibration.Outcomes).Apply(raw);
            book.Add(new($"d{i}", ScenarioType.IncidentResponse, raw, stated, random.NextDouble() < raw * raw));
        }

        var report = book.Report();

        Assert.True(report.All.Raw.CalibrationError > 0.13, $"{report.All.Raw.CalibrationError}");
        Assert.True(report.All.Stated.CalibrationError < 0.04, $"{report.All.Stated.CalibrationError}");
        Assert.True(report.All.Stated.Brier < report.All.Raw.Brier);
        Assert.Equal(4_000, report.All.Stated.Bins.Sum(bin => bin.Decisions));
    }

    [Fact]
    public void CalibrationOf_OtherScenario_KnowsNothing()
    {
        var book = new ConfidenceBook();
        for (var i = 0; i < 50; i++) { book.Add(new($"d{i}", ScenarioType.CapacityPlanning, 0.8, 0.8, i % 4 == 0)); }

        Assert.Equal((50, 0.26), (book.CalibrationOf(ScenarioType.CapacityPlanning).Outcomes, book.CalibrationOf(ScenarioType.CapacityPlanning).BaseRate));
        Assert.Equal((0, null), (book.CalibrationOf(ScenarioType.SecurityResponse).Outcomes, book.CalibrationOf(ScenarioType.SecurityResponse).BaseRate));
        Assert.Equal([ScenarioType.CapacityPlanning], book.Report().Scenarios.Select(scenario => scenario.ScenarioType));
    }

    [Fact]
    public void Add_SameDecisionTwice_CountsOnce()
    {
        var book = new ConfidenceBook();
        book.Add(new("d", ScenarioType.CapacityPlanning, 0.8, 0.8, true));
        book.Add(new("d", ScenarioType.CapacityPlanning, 0.8, 0.8, true));

        Assert.Equal((1, true), (book.Count, book.Has("d")));
    }

    [Fact]
    public void Add_MoreThanAreKept_TheOldestAreForgotten()
    {
        var book = new ConfidenceBook();
        for (var i = 0; i < ConfidenceBook.OutcomesMax + 5; i++) { book.Add(new($"d{i}", ScenarioType.CapacityPlanning, 0.5, 0.5, i >= 5)); }

        Assert.Equal((ConfidenceBook.OutcomesMax, false, true), (book.Count, book.Has("d4"), book.Has("d5")));
        Assert.Equal(1, book.Report().All.BaseRate);
    }
}
