namespace NexusActors.Learning.Prediction;

public sealed class AdaptiveSetsTests
{
    /// <summary>Outcomes that are known at once: each class is covered as often as asked for, within four standard errors and the step of the level.</summary>
    [Theory]
    [InlineData(0.9, 0.3)]
    [InlineData(0.8, 0.05)]
    public void Learn_ExchangeableOutcomes_CoverEachClassAsPromised(double coverage, double failing)
    {
        var (sets, world) = (new AdaptiveSets(coverage), new World(1, failing));
        var tally = new Tally();
        for (var i = 0; i < 12_000; i++)
        {
            var row = world.Next(i);
            if (i >= 1_000) { tally.Add(sets, row); }
            sets.Learn(row);
        }

        foreach (var success in new[] { false, true })
        {
            var slack = 0.015 + 4 * Math.Sqrt(coverage * (1 - coverage) / tally.Seen(success));
            Assert.InRange(tally.Coverage(success), coverage - slack, coverage + slack);
        }
        Assert.InRange(tally.Size, 0.8, 1.6);
    }

    /// <summary>From one moment on failures look like successes: within some hundred failures they are covered again, and not by always saying both.</summary>
    [Fact]
    public void Learn_FailuresBecomeHardToSee_CoveredAgainSoon()
    {
        var (sets, world) = (new AdaptiveSets(0.9), new World(2, 0.4));
        for (var i = 0; i < 4_000; i++) { sets.Learn(world.Next(i)); }
        world.Shift = 1.2;
        var (first, later) = (new Tally(), new Tally());
        for (var i = 4_000; i < 9_000; i++)
        {
            var row = world.Next(i);
            (i < 4_200 ? first : i < 5_000 ? new() : later).Add(sets, row);
            sets.Learn(row);
        }

        Assert.True(first.Coverage(false) < 0.75, "the change is one that matters");
        Assert.InRange(later.Coverage(false), 0.87, 0.93);
        Assert.InRange(later.Coverage(true), 0.87, 0.93);
        Assert.True(later.Size < 1.9);
    }

    /// <summary>
    /// Failures that are easy to see are known at once, the others after twenty days, and each day there are more: of the known ones most are easy. The newest alone would promise what they do not hold; these do.
    /// </summary>
    [Fact]
    public void Learn_HardFailuresComeLateAndMoreEachDay_CoveredAllTheSame()
    {
        static int Of(int day) => (int)(20 * Math.Pow(1.05, day));
        var world = new World(3, 0.4);
        var rows = Enumerable.Range(0, 60).SelectMany(day => Enumerable.Range(0, Of(day)).Select(i =>
        {
            var row = world.Next(day + i / (double)Of(day));
            var hard = !row.Success && row.Conformity.Success > 0.35;
            return row with { Known = row.Happened + (hard ? 20 + world.Chance : 0.01) };
        })).ToArray();
        var (late, naive) = (new AdaptiveSets(0.9), new List<double>());
        foreach (var row in rows.Where(row => row.Known < 50).OrderBy(row => row.Known))
        {
            late.Learn(row);
            if (!row.Success) { naive.Add(row.Conformity.Success); }
        }
        late.Refresh(50);

        var tally = new Tally();
        foreach (var row in rows.Where(row => row.Happened >= 50)) { tally.Add(late, row); }
        var promised = Conformal.Quantile([.. naive.TakeLast(1_000)], 0.9);
        var held = rows.Where(row => row.Happened >= 50 && !row.Success).Average(row => row.Conformity.Success <= promised ? 1.0 : 0);

        Assert.True(held < 0.86, $"{held}");
        Assert.InRange(tally.Coverage(false), 0.87, 0.96);
    }

    /// <summary>Before anything new is known, what the training knew decides; some outcomes change little of it.</summary>
    [Fact]
    public void Of_NothingLearned_AsTheTrainingSays()
    {
        var sets = new AdaptiveSets(0.9, failureRows: 1_000, successRows: 1_000);
        Assert.Equal((true, false), sets.Of(new(0.4, 0.05)));
        Assert.Equal((false, true), sets.Of(new(0.05, 0.4)));

        for (var i = 0; i < 5; i++) { sets.Learn(new(i, false, i, i, new(0.01, 0.8))); }
        Assert.Equal((true, false), sets.Of(new(0.4, 0.05)));
    }

    /// <summary>With nothing known at all nothing is ruled out.</summary>
    [Fact]
    public void Of_NothingKnown_Both() => Assert.Equal((true, true), new AdaptiveSets(0.9).Of(Conformity.Of(0.999)));

    /// <summary>More conformity never leaves a class out, and a set that is to hold the truth more often is never smaller.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Of_AnyConformity_SetsAreNested(int seed)
    {
        var (world, loose, tight) = (new World(seed, 0.3), new AdaptiveSets(0.95), new AdaptiveSets(0.8));
        for (var i = 0; i < 1_500; i++)
        {
            var row = world.Next(i);
            loose.Learn(row);
            tight.Learn(row);
            if (i % 50 != 0) { continue; }
            var before = (CanFail: true, CanSucceed: false);
            for (var step = 0; step <= 100; step++)
            {
                var (wide, narrow) = (loose.Of(Conformity.Of(step / 100.0)), tight.Of(Conformity.Of(step / 100.0)));
                Assert.True(wide.CanFail || !narrow.CanFail);
                Assert.True(wide.CanSucceed || !narrow.CanSucceed);
                Assert.True(before.CanFail || !narrow.CanFail, "failure came back as success became likelier");
                Assert.True(narrow.CanSucceed || !before.CanSucceed);
                before = narrow;
            }
        }
    }

    /// <summary>The same outcomes in the same order: the same sets, to the last bit.</summary>
    [Fact]
    public void Learn_SameOutcomes_SameSets()
    {
        var world = new World(7, 0.3);
        var rows = Enumerable.Range(0, 2_000).Select(i => world.Next(i)).Select(row => row with { Known = row.Happened + row.Conformity.Failure * 100 }).OrderBy(row => row.Known).ToArray();
        var (one, other) = (new ConformityWindow(0.1, 0), new ConformityWindow(0.1, 0));

        foreach (var row in rows.Where(row => !row.Success))
        {
            one.Add(row.Happened, row.Known, row.Conformity.Failure);
            other.Add(row.Happened, row.Known, row.Conformity.Failure);
            Assert.Equal((one.Level, one.PValue(0.3)), (other.Level, other.PValue(0.3)));
        }
    }

    /// <summary>What is observed is what was said before, over the newest 500 of each class.</summary>
    [Fact]
    public void Observed_NewestOutcomes_AreCounted()
    {
        var (sets, world) = (new AdaptiveSets(0.9), new World(8, 0.2));
        Assert.Null(sets.Observed);
        for (var i = 0; i < 2_000; i++) { sets.Learn(world.Next(i)); }

        var observed = sets.Observed!;
        Assert.Equal((true, 500), (observed.Failures is > 350 and <= 500, observed.Successes));
        Assert.InRange(observed.FailureCoverage, 0.82, 0.97);
        Assert.InRange(observed.SuccessCoverage, 0.85, 0.95);
        Assert.InRange(observed.SetSize, 0.8, 1.6);
    }

    /// <summary>Scores are normal around −1 for failures and 1 for successes; the probability follows from them.</summary>
    private sealed class World(int seed, double failing)
    {
        private readonly Random _random = new(seed);

        /// <summary>Added to the scores of failures.</summary>
        public double Shift { get; set; }

        public double Chance => _random.NextDouble();

        public JudgedOutcome Next(int at) => Next((double)at);

        public JudgedOutcome Next(double at)
        {
            var success = Chance >= failing;
            var normal = Math.Sqrt(-2 * Math.Log(1 - Chance)) * Math.Cos(2 * Math.PI * Chance);
            return new((long)at, success, at, at, Conformity.Of(Scores.Sigmoid((success ? 1 : Shift - 1) + normal)));
        }
    }

    private sealed class Tally
    {
        private readonly int[] _seen = new int[2], _covered = new int[2];
        private int _size;

        public double Size => _size / (double)_seen.Sum();

        public int Seen(bool success) => _seen[success ? 1 : 0];

        public double Coverage(bool success) => _covered[success ? 1 : 0] / (double)Seen(success);

        public void Add(AdaptiveSets sets, JudgedOutcome row)
        {
            var (canFail, canSucceed) = sets.Of(row.Conformity);
            _seen[row.Success ? 1 : 0]++;
            _covered[row.Success ? 1 : 0] += (row.Success ? canSucceed : canFail) ? 1 : 0;
            _size += (canFail ? 1 : 0) + (canSucceed ? 1 : 0);
        }
    }
}
