using System.Collections.Immutable;

namespace NexusActors.Learning.Bandits;

/// <summary>What was chosen, and what must be kept with it to judge other policies later.</summary>
/// <param name="Action">Index of the action.</param>
/// <param name="Propensity">Probability with which it was chosen in this context, above 0.</param>
/// <param name="Costs">Expected cost of each action.</param>
internal sealed record ExplorerChoice(int Action, double Propensity, ImmutableArray<double> Costs);

/// <summary>How an <see cref="Explorer"/> weighs learning against using.</summary>
internal sealed record ExplorerSettings
{
    /// <summary>Opinions that are drawn from.</summary>
    public int Members { get; init; } = 20;

    /// <summary>Trees of each opinion.</summary>
    public int Trees { get; init; } = 3;

    /// <summary>How often the opinion of all together is followed instead of one of them.</summary>
    public double Greed { get; init; } = 0.8;

    /// <summary>Shared evenly by all actions, so that whatever policy is judged later has been tried.</summary>
    public double Floor { get; init; } = 0.005;

    /// <summary>It learns anew when the examples have grown by so much.</summary>
    public double Growth { get; init; } = 0.1;
}

/// <summary>
/// Chooses one of a few actions in each context, learns from the cost of the one chosen, and tries others as long as they may be better: bootstrapped Thompson sampling over trees (Osband and Van Roy, "Bootstrapped
/// Thompson sampling and deep exploration", 2015). What makes a context costly whatever is done is learned from all examples, and only what an action adds from its own: the differences are small, and decide.
/// Not thread-safe.
/// </summary>
internal sealed class Explorer
{
    private const int FirstLearning = 8, FewestOfAll = 4, FewestOfAction = 3;
    private const double WeightOfAll = 1, WeightOfAction = 3, WeightOfMean = 2;
    private readonly int _actions;
    private readonly ExplorerSettings _settings;
    private readonly Random _random;
    private readonly List<double[]> _contexts = [];
    private readonly List<int> _chosen = [];
    private readonly List<double> _costs = [];
    private ImmutableArray<Member> _members = [];
    private int _next = FirstLearning;

    /// <summary>One opinion: trees of what a context costs, and for each action trees of what it adds.</summary>
    private sealed record Member(RandomTree[] Whole, RandomTree[][] Added)
    {
        public double Cost(ReadOnlySpan<double> context, int action)
        {
            var (whole, added) = (0.0, 0.0);
            foreach (var tree in Whole) { whole += tree.Predict(context); }
            foreach (var tree in Added[action]) { added += tree.Predict(context); }
            return whole / Whole.Length + added / Added[action].Length;
        }
    }

    /// <summary>One that knows nothing yet.</summary>
    public Explorer(int actions, ExplorerSettings settings, Random random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(actions, 2);
        (_actions, _settings, _random) = (actions, settings, random);
    }

    /// <summary>One that knows some choices and what they cost, oldest first; it learns from all at once.</summary>
    public Explorer(int actions, ExplorerSettings settings, Random random, IEnumerable<(double[] Context, int Action, double Cost)> known) : this(actions, settings, random)
    {
        foreach (var (context, action, cost) in known) { Add(context, action, cost); }
        if (_costs.Count >= FirstLearning) { Grow(); }
    }

    /// <summary>Chooses in a context: numbers, <see cref="double.NaN"/> for missing, always as many.</summary>
    public ExplorerChoice Choose(double[] context)
    {
        if (_members.IsEmpty) { return Untried(); }
        var (shares, costs) = Weigh(context, [.. Enumerable.Range(0, _actions)]);
        var chosen = Draw(shares);
        return new(chosen, shares[chosen], [.. costs]);
    }

    /// <summary>With which probability each of some actions is chosen where only those can be, and what each is expected to cost.</summary>
    public (double[] Shares, double[] Costs) Weigh(double[] context, ReadOnlySpan<int> among)
    {
        var (votes, costs) = (new double[among.Length], new double[among.Length]);
        if (_members.IsEmpty)
        {
            var least = LeastTried(among);
            foreach (var action in least) { votes[among.IndexOf(action)] = 1.0 / least.Length; }
            Array.Fill(costs, MeanCost);
            return (votes, costs);
        }
        foreach (var member in _members)
        {
            var (best, least) = (0, double.PositiveInfinity);
            for (var i = 0; i < among.Length; i++)
            {
                var cost = member.Cost(context, among[i]);
                costs[i] += cost / _members.Length;
                if (cost < least) { (best, least) = (i, cost); }
            }
            votes[best] += (1 - _settings.Greed) / _members.Length;
        }
        votes[Array.IndexOf(costs, costs.Min())] += _settings.Greed;
        for (var i = 0; i < votes.Length; i++) { votes[i] = (1 - _settings.Floor) * votes[i] + _settings.Floor / votes.Length; }
        return (votes, costs);
    }

    /// <summary>Takes what a choice has cost; lower is better.</summary>
    public void Learn(double[] context, int action, double cost)
    {
        Add(context, action, cost);
        if (_costs.Count >= _next) { Grow(); }
    }

    private double MeanCost => _costs.Count == 0 ? 0 : _costs.Average();

    private void Add(double[] context, int action, double cost)
    {
        _contexts.Add(context);
        _chosen.Add(action);
        _costs.Add(cost);
    }

    private void Grow()
    {
        _next = (int)Math.Ceiling(_costs.Count * (1 + _settings.Growth)) + 1;
        _members = [.. Enumerable.Range(0, _settings.Members).Select(_ => NewMember())];
    }

    private ExplorerChoice Untried()
    {
        var least = LeastTried([.. Enumerable.Range(0, _actions)]);
        return new(least[_random.Next(least.Length)], 1.0 / least.Length, [.. Enumerable.Repeat(MeanCost, _actions)]);
    }

    private int[] LeastTried(ReadOnlySpan<int> among)
    {
        var tried = new int[_actions];
        foreach (var action in _chosen) { tried[action]++; }
        var fewest = int.MaxValue;
        foreach (var action in among) { fewest = Math.Min(fewest, tried[action]); }
        return [.. among.ToArray().Where(action => tried[action] == fewest)];
    }

    private int Draw(double[] shares)
    {
        var left = _random.NextDouble();
        for (var action = 0; action < _actions - 1; action++)
        {
            if ((left -= shares[action]) < 0) { return action; }
        }
        return _actions - 1;
    }

    private Member NewMember()
    {
        // A sample of as many examples with repetition.
        var rows = new int[_costs.Count];
        for (var i = 0; i < rows.Length; i++) { rows[i] = _random.Next(rows.Length); }
        var mean = rows.Average(row => _costs[row]);
        var whole = Trees(rows, _costs, new(FewestOfAll, 0, mean, WeightOfAll));
        var added = _costs.ToArray();
        foreach (var row in rows.Distinct()) { added[row] -= whole.Average(tree => tree.Predict(_contexts[row])); }
        return new(whole, [.. Enumerable.Range(0, _actions).Select(action => Added(action, rows, added))]);
    }

    private RandomTree[] Added(int action, int[] rows, double[] added)
    {
        var own = Array.FindAll(rows, row => _chosen[row] == action);
        // An action of which nothing is known adds as much as chance says: that is what makes it worth a try.
        var mean = own.Sum(row => added[row]) / (own.Length + WeightOfMean) + Spread(added) * Gaussian() / Math.Sqrt(own.Length + WeightOfMean);
        return Trees(own, added, new(FewestOfAction, 0, mean, WeightOfAction));
    }

    private RandomTree[] Trees(int[] rows, IReadOnlyList<double> targets, TreeSettings settings) =>
        [.. Enumerable.Range(0, _settings.Trees).Select(_ => RandomTree.Grow(_contexts, targets, (int[])rows.Clone(), settings, _random))];

    private static double Spread(double[] values) => values.Average() is var mean ? Math.Sqrt(values.Average(value => (value - mean) * (value - mean))) : 0;

    // Box and Muller.
    private double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
