namespace NexusActors.Learning.Rules;

/// <summary>
/// What rules say of agents in the situation of one task, on top of what is expected of each agent at that type of task. Of those that hold one speaks of each agent: the surest that names the agent, else the surest about the
/// situation alone. A rule that names an agent and asks nothing else is passed over: what is expected of the agent says the same.
/// </summary>
internal sealed class SituationRules
{
    // Nobody is sure to succeed, nor to fail.
    private const double RateLeast = 0.001;

    private readonly Dictionary<string, RuleStatement> _ofAgents = new(StringComparer.Ordinal);
    private readonly double _baseRate;
    private readonly Func<string, string> _nameOf;
    private RuleStatement? _ofAll;

    private SituationRules(double baseRate, Func<string, string> nameOf) => (_baseRate, _nameOf) = (baseRate, nameOf);

    /// <summary>Whether a rule can say something of agents in some situation.</summary>
    public static bool IsOfSituation(RuleStatement rule) => !rule.Situation.IsEmpty;

    /// <summary>Those that hold in a situation; null: none.</summary>
    /// <param name="rules">Of the stream of such tasks.</param>
    /// <param name="situation">The task as it is before somebody has it.</param>
    /// <param name="nameOf">What an agent is called in experiences; null: as it is.</param>
    public static SituationRules? Of(RulesInForce rules, ExperienceValues situation, Func<string, string>? nameOf = null)
    {
        var holding = new SituationRules(rules.BaseRate, nameOf ?? (agent => agent));
        foreach (var rule in rules.All)
        {
            if (!IsOfSituation(rule) || !situation.Meets(rule.Situation)) { continue; }
            if (rule.Agent is { } agent) { holding._ofAgents.TryAdd(agent, rule); }
            else if (holding._ofAll is null || rule.Confidence > holding._ofAll.Confidence) { holding._ofAll = rule; }
        }
        return holding._ofAgents.Count == 0 && holding._ofAll is null ? null : holding;
    }

    /// <summary>The rule that speaks of an agent; null: none.</summary>
    public RuleStatement? Of(string agent) => _ofAgents.GetValueOrDefault(_nameOf(agent)) ?? _ofAll;

    /// <summary>
    /// The rate of success with what rules say. Experiences that a rule about an agent is counted on are part of those that the agent's rate rests on: so the rule's rate takes the place of the agent's, drawn towards it. A rule about the
    /// situation alone was counted on all agents: only by how much the odds are better or worse there than anywhere does it move what is expected of one.
    /// </summary>
    /// <param name="agent">Who.</param>
    /// <param name="expected">Rate of success that is expected of the agent at this type of task, 0–1.</param>
    public double Success(string agent, double expected) => Of(agent) switch
    {
        null => expected,
        { Agent: not null } own => own.Given(expected),
        var all => Rate(LogOdds(expected) + LogOdds(all.Given(_baseRate)) - LogOdds(_baseRate)),
    };

    private static double LogOdds(double rate)
    {
        var bounded = Math.Clamp(rate, RateLeast, 1 - RateLeast);
        return Math.Log(bounded / (1 - bounded));
    }

    private static double Rate(double logOdds) => 1 / (1 + Math.Exp(-logOdds));
}
