using System.Collections.Immutable;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Prediction;

/// <summary>
/// Logistic regression that learns one experience at a time, between trainings of the trees: FTRL-proximal with hashed features (McMahan et al., "Ad click prediction" 2013, algorithm 1).
/// Features are known by name, so it goes on over schema versions. Numbers come standardised by their mean and deviation so far, and in steps of half a deviation. Not for several threads at once.
/// </summary>
internal sealed class OnlineLogistic
{
    private const double Alpha = 0.05, Beta = 1, Sparsity = 0.5, Penalty = 1;

    private readonly Dictionary<int, (double Z, double N)> _weights = [];
    private readonly SortedDictionary<string, RunningNumber> _numbers = new(StringComparer.Ordinal);

    /// <summary>Experiences learned from. 0: it knows nothing and answers a half.</summary>
    public long Learned { get; private set; }

    /// <summary>Probability of success.</summary>
    public double Predict(ImmutableArray<FeatureShape> features, ReadOnlySpan<double> row) => Scores.Sigmoid(Score(Inputs(features, row)));

    /// <summary>Takes in one outcome, and returns the probability that it would have given just before.</summary>
    public double Learn(ImmutableArray<FeatureShape> features, ReadOnlySpan<double> row, bool success, double weight = 1)
    {
        var inputs = Inputs(features, row);
        var probability = Scores.Sigmoid(Score(inputs));
        var error = (probability - (success ? 1 : 0)) * weight;
        foreach (var (place, value) in inputs)
        {
            var (z, n) = _weights.GetValueOrDefault(place);
            var gradient = error * value;
            var sigma = (Math.Sqrt(n + gradient * gradient) - Math.Sqrt(n)) / Alpha;
            _weights[place] = (z + gradient - sigma * Weight(z, n), n + gradient * gradient);
        }

        for (var i = 0; i < features.Length; i++)
        {
            if (!features[i].IsCategory && !double.IsNaN(row[i])) { _numbers[features[i].Name] = _numbers.GetValueOrDefault(features[i].Name).With(row[i]); }
        }

        Learned++;
        return probability;
    }

    /// <summary>Everything, as plain data.</summary>
    public OnlineLogisticState ToState()
    {
        var places = _weights.Keys.Order().ToArray();
        return new(Learned, [.. places], [.. places.Select(place => _weights[place].Z)], [.. places.Select(place => _weights[place].N)], _numbers.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    /// <summary>The same learner again.</summary>
    public static OnlineLogistic From(OnlineLogisticState state)
    {
        var learner = new OnlineLogistic { Learned = state.Learned };
        for (var i = 0; i < state.Places.Length; i++) { learner._weights.Add(state.Places[i], (state.Z[i], state.N[i])); }
        foreach (var (name, number) in state.Numbers) { learner._numbers.Add(name, number); }
        return learner;
    }

    private double Score(List<(int Place, double Value)> inputs)
    {
        double sum = 0;
        foreach (var (place, value) in inputs)
        {
            var (z, n) = _weights.GetValueOrDefault(place);
            sum += Weight(z, n) * value;
        }

        return sum;
    }

    private static double Weight(double z, double n) => Math.Abs(z) <= Sparsity ? 0 : (Math.Sign(z) * Sparsity - z) / ((Beta + Math.Sqrt(n)) / Alpha + Penalty);

    private List<(int Place, double Value)> Inputs(ImmutableArray<FeatureShape> features, ReadOnlySpan<double> row)
    {
        var inputs = new List<(int, double)>(features.Length * 2 + 1) { (0, 1) };
        for (var i = 0; i < features.Length; i++)
        {
            var (feature, value) = (features[i], row[i]);
            if (double.IsNaN(value)) { inputs.Add((Place(feature.Name, "\0missing"), 1)); }
            else if (feature.IsCategory) { inputs.Add((Place(feature.Name, feature.Categories[(int)value]), 1)); }
            else
            {
                var deviations = _numbers.GetValueOrDefault(feature.Name).Deviations(value);
                inputs.Add((Place(feature.Name, "\0value"), deviations));
                inputs.Add((Place(feature.Name, $"\0step{(int)Math.Round(deviations * 2)}"), 1));
            }
        }

        return inputs;
    }

    /// <summary>FNV-1a over name and word, to 22 bits; 0 is the constant.</summary>
    private static int Place(string name, string word)
    {
        var hash = 2166136261u;
        foreach (var letter in name) { hash = (hash ^ letter) * 16777619; }
        hash = (hash ^ '=') * 16777619;
        foreach (var letter in word) { hash = (hash ^ letter) * 16777619; }
        return 1 + (int)((hash ^ (hash >> 22)) & 0x3FFFFF);
    }
}

/// <summary>Mean and deviation of a number so far (Welford).</summary>
internal readonly record struct RunningNumber(long Count, double Mean, double Squares)
{
    /// <summary>With one more value.</summary>
    public RunningNumber With(double value)
    {
        var mean = Mean + (value - Mean) / (Count + 1);
        return new(Count + 1, mean, Squares + (value - Mean) * (value - mean));
    }

    /// <summary>Distance from the mean in deviations, at most 4.</summary>
    public double Deviations(double value) => Count < 2 || Squares <= 0 ? 0 : Math.Clamp((value - Mean) / Math.Sqrt(Squares / Count), -4, 4);
}

/// <summary>An <see cref="OnlineLogistic"/> at rest.</summary>
/// <param name="Learned">Experiences.</param>
/// <param name="Places">Hashed features, rising.</param>
/// <param name="Z">By feature.</param>
/// <param name="N">By feature.</param>
/// <param name="Numbers">By name.</param>
internal sealed record OnlineLogisticState(long Learned, ImmutableArray<int> Places, ImmutableArray<double> Z, ImmutableArray<double> N, ImmutableSortedDictionary<string, RunningNumber> Numbers);
