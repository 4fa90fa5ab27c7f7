using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using NexusActors.Coordination;

namespace NexusActors.Learning.Fit;

/// <summary>
/// How agents do with types of tasks, from what they have done. An agent of whom little is known is taken for one of its type, and a type of which little is known for any: each group is drawn towards the rest of the
/// group above it, by as many examples as the groups of that level are alike (partial pooling by empirical Bayes; Gelman et al., "Bayesian Data Analysis", 3rd ed., ch. 5; beta-binomial for success, normal over the
/// logarithm for seconds). The example of a group never counts twice: what it is drawn towards leaves it out. Not thread-safe.
/// </summary>
/// <param name="halfLife">After so long an example counts half; people and programs change.</param>
internal sealed class FitTable(TimeSpan halfLife)
{
    private const double PullAtFirst = 10, LowShare = 0.05, DurationLeast = 1e-3, SpreadAtFirst = 1, SpreadLeast = 0.05;
    private const int Levels = 4;

    // Below that many groups nothing can be said about how alike they are.
    private const int GroupsLeast = 4;

    private static readonly double[] s_pulls = [1, 2, 5, 10, 20, 50, 100, 200, 500];
    private readonly Dictionary<Group, FitTally> _tallies = [];
    private readonly double[] _successPull = [2, PullAtFirst, PullAtFirst, PullAtFirst], _secondsPull = [1, PullAtFirst, PullAtFirst, PullAtFirst];
    private double _spread = SpreadAtFirst;

    /// <summary>A group of examples: all, or those of a type of task, of a type of agent in it, of an agent in that.</summary>
    private readonly record struct Group(FitLevel Level, TaskType Task = default, AgentType Kind = default, string? Agent = null);

    /// <summary>Takes one example.</summary>
    public void Add(in FitExample example)
    {
        // A clock that stands still between two moments would give a logarithm of nothing.
        var known = example with { Seconds = example.Seconds is { } seconds ? Math.Max(seconds, DurationLeast) : null };
        foreach (var group in Path(example.Agent, example.AgentType, example.TaskType))
        {
            var tally = _tallies.GetValueOrDefault(group);
            tally.Add(known, halfLife);
            _tallies[group] = tally;
        }
    }

    /// <summary>Learns anew how alike the groups of each level are: now and then, when many examples have come.</summary>
    public void Learn(DateTimeOffset now)
    {
        var tallies = _tallies.ToDictionary(pair => pair.Key, pair => pair.Value.At(now, halfLife));
        var own = tallies.Where(pair => pair.Key.Level == FitLevel.Agent && pair.Value.Durations > 0).ToArray();
        var (weight, squares) = (own.Sum(pair => pair.Value.Durations), own.Sum(pair => pair.Value.LogSquares - pair.Value.Durations * pair.Value.LogMean * pair.Value.LogMean));
        if (weight - own.Length > GroupsLeast) { _spread = Math.Max(SpreadLeast, Math.Sqrt(Math.Max(0, squares) / (weight - own.Length))); }
        for (var level = FitLevel.TaskType; level <= FitLevel.Agent; level++)
        {
            var pairs = tallies.Where(pair => pair.Key.Level == level && pair.Value.Trials > 0).Select(pair => (Child: pair.Value, Others: tallies[Above(pair.Key)].Without(pair.Value))).Where(pair => pair.Others.Trials > 0).ToArray();
            if (pairs.Length >= GroupsLeast) { _successPull[(int)level] = s_pulls.MaxBy(pull => pairs.Sum(pair => SuccessEvidence(pair.Child, pair.Others, pull))); }
            var timed = pairs.Where(pair => pair.Child.Durations > 0 && pair.Others.Durations > 0).ToArray();
            if (timed.Length >= GroupsLeast) { _secondsPull[(int)level] = s_pulls.MaxBy(pull => timed.Sum(pair => SecondsEvidence(pair.Child, pair.Others, pull))); }
        }
    }

    /// <summary>How an agent is likely to do, with intervals.</summary>
    /// <param name="agent">Who.</param>
    /// <param name="agentType">Of what kind they are.</param>
    /// <param name="taskType">What is to be done.</param>
    /// <param name="now">Not before the newest example.</param>
    public FitEstimate Estimate(string agent, AgentType agentType, TaskType taskType, DateTimeOffset now)
    {
        var pooled = Pool(agent, agentType, taskType, now);
        var deviation = pooled.LogMean is null ? 0 : _spread * Math.Sqrt(1 + 1 / pooled.LogWeight);
        return new(
            pooled.Success,
            Beta.InvCDF(pooled.A, pooled.B, LowShare),
            Beta.InvCDF(pooled.A, pooled.B, 1 - LowShare),
            pooled.LogMean is { } median ? Math.Exp(median) : null,
            pooled.LogMean is { } middle ? Math.Exp(middle + Normal.InvCDF(0, 1, 0.9) * deviation) : null,
            pooled.Level,
            pooled.Weight);
    }

    /// <summary>The same without intervals, which cost most of the time.</summary>
    public FitExpectation Expect(string agent, AgentType agentType, TaskType taskType, DateTimeOffset now) =>
        Pool(agent, agentType, taskType, now) is var pooled ? new(pooled.Success, pooled.LogMean is { } median ? Math.Exp(median) : null, pooled.Level, pooled.Weight) : default;

    private Pooled Pool(string agent, AgentType agentType, TaskType taskType, DateTimeOffset now)
    {
        Span<FitTally> tallies = stackalloc FitTally[Levels];
        var (level, i) = (FitLevel.All, 0);
        foreach (var group in Path(agent, agentType, taskType))
        {
            tallies[i] = _tallies.GetValueOrDefault(group).At(now, halfLife);
            if (tallies[i++].Trials > 0) { level = group.Level; }
        }
        // Before anything is known either outcome is as likely as the other.
        var (mean, a, b) = (0.5, 0.0, 0.0);
        double? logMean = null;
        var logWeight = 0.0;
        for (i = 0; i < Levels; i++)
        {
            var tally = i + 1 < Levels ? tallies[i].Without(tallies[i + 1]) : tallies[i];
            (a, b) = (tally.Successes + _successPull[i] * mean, tally.Failures + _successPull[i] * (1 - mean));
            mean = a / (a + b);
            if (tally.Durations <= 0) { continue; }
            var pull = logMean is null ? 0 : _secondsPull[i];
            logWeight = tally.Durations + pull;
            logMean = (tally.LogSum + pull * (logMean ?? 0)) / logWeight;
        }
        return new(mean, a, b, logMean, logWeight, level, tallies[(int)level].Trials);
    }

    /// <summary>What the levels say together: Beta(A, B) for the rate of success, the logarithm of the seconds with the weight that it rests on.</summary>
    private readonly record struct Pooled(double Success, double A, double B, double? LogMean, double LogWeight, FitLevel Level, double Weight);

    private static Group[] Path(string agent, AgentType kind, TaskType task) =>
        [new(FitLevel.All), new(FitLevel.TaskType, task), new(FitLevel.AgentType, task, kind), new(FitLevel.Agent, task, kind, agent)];

    private static Group Above(Group group) => group.Level switch
    {
        FitLevel.Agent => new(FitLevel.AgentType, group.Task, group.Kind),
        FitLevel.AgentType => new(FitLevel.TaskType, group.Task),
        _ => new(FitLevel.All),
    };

    // Logarithm of how likely the successes of a group are when its rate is drawn from Beta(pull · mean, pull · (1 − mean)); what does not depend on the pull is left out.
    private static double SuccessEvidence(in FitTally child, in FitTally rest, double pull)
    {
        var mean = (rest.Successes + 1) / (rest.Trials + 2);
        var (a, b) = (pull * mean, pull * (1 - mean));
        return SpecialFunctions.BetaLn(child.Successes + a, child.Failures + b) - SpecialFunctions.BetaLn(a, b);
    }

    // Of the mean logarithm of a group around that of the rest, each group's own mean being spread as that of so many examples.
    private double SecondsEvidence(in FitTally child, in FitTally rest, double pull)
    {
        var variance = _spread * _spread * (1 / child.Durations + 1 / pull);
        var apart = child.LogMean - rest.LogMean;
        return -0.5 * (Math.Log(variance) + apart * apart / variance);
    }
}
