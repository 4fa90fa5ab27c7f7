using System.Runtime.InteropServices;

namespace NexusActors.Learning.Features;

/// <summary>
/// As-of features from earlier experience: by word, how much was seen and its mean, with exponential forgetting. Values must be known at the time that they are added with
/// (a signal of the event itself, or an outcome at the moment at which it became known), and be added in order of time; then no row sees what was known only after it.
/// </summary>
/// <param name="halfLife">After that time a value weighs half.</param>
/// <param name="prior">Mean of a word that was never seen.</param>
/// <param name="priorWeight">How many values the prior counts as.</param>
internal sealed class DecayedRates(TimeSpan halfLife, double prior, double priorWeight = 5)
{
    private readonly Dictionary<string, Sum> _sums = new(StringComparer.Ordinal);

    /// <summary>Weight of what was seen of a word, as of that time.</summary>
    public double Weight(string word, DateTimeOffset at) => _sums.TryGetValue(word, out var sum) ? sum.Weight * Kept(sum.At, at) : 0;

    /// <summary>Mean of a word as of that time, drawn towards the prior where little was seen.</summary>
    public double Mean(string word, DateTimeOffset at)
    {
        if (!_sums.TryGetValue(word, out var sum)) { return prior; }
        var kept = Kept(sum.At, at);
        return (sum.Total * kept + prior * priorWeight) / (sum.Weight * kept + priorWeight);
    }

    /// <summary>Takes in one value that is known at that time.</summary>
    public void Add(string word, DateTimeOffset at, double value)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, word, out var known);
        var kept = known ? Kept(sum.At, at) : 0;
        sum = new(sum.Weight * kept + 1, sum.Total * kept + value, at);
    }

    private double Kept(DateTimeOffset from, DateTimeOffset to) => Math.Pow(0.5, Math.Max(0, (to - from) / halfLife));

    private readonly record struct Sum(double Weight, double Total, DateTimeOffset At);
}
