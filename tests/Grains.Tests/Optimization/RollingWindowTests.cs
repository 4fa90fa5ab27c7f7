using CsCheck;

namespace NexusActors.Optimization;

public sealed class RollingWindowTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void After_AnyValuesAndClock_EqualsTheNaiveComputation() =>
        Gen.Select(Gen.Int[1, 50], Gen.Select(Gen.Int[-20, 200], Gen.Double[-1e6, 1e6]).List[0, 200], Gen.Int[-30, 210])
            .Sample((capacity, added, moment) =>
            {
                var window = new RollingWindow(capacity);
                foreach (var (second, value) in added) { window.Add(Start.AddSeconds(second), value); }
                var kept = added.TakeLast(capacity).Where(sample => sample.Item1 > moment).Select(sample => sample.Item2).ToArray();
                var summary = window.After(Start.AddSeconds(moment));
                return kept.Length == 0
                    ? summary is null
                    : summary is not null && summary.Count == kept.Length && summary.Current == kept[^1] && summary.Min == kept.Min() && summary.Max == kept.Max()
                        && Math.Abs(summary.Average - kept.Average()) <= 1e-6;
            });

    [Fact]
    public void After_ConstantValues_AverageIsExactlyThatValue() =>
        Gen.Select(Gen.Double[-1e9, 1e9], Gen.Int[1, 400]).Sample((value, count) =>
        {
            var window = new RollingWindow(300);
            for (var i = 0; i < count; i++) { window.Add(Start.AddSeconds(i), value); }
            return window.After(Start.AddSeconds(-1)) == new MetricSummary(value, value, value, value, Math.Min(count, 300));
        });
}
