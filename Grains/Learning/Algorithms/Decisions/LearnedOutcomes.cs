using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>Joins what experience says with what is stated.</summary>
internal static class LearnedOutcomes
{
    /// <summary>A problem with what experience says of its alternatives. A number that was measured as X is believed of <c>estimated_X</c>, where alternatives state that.</summary>
    /// <param name="problem">With alternatives in their order.</param>
    /// <param name="estimates">One for each; null: nothing is known.</param>
    public static DecisionProblem Join(DecisionProblem problem, ImmutableArray<OutcomeEstimate?> estimates)
    {
        if (estimates.All(estimate => estimate is null)) { return problem; }
        var stated = problem.Alternatives.SelectMany(alternative => alternative.Attributes.Keys).ToHashSet(StringComparer.Ordinal);
        return problem with { Alternatives = [.. problem.Alternatives.Select((alternative, i) => estimates[i] is { } estimate ? Join(alternative, estimate, stated) : alternative)] };
    }

    private static DecisionAlternative Join(DecisionAlternative alternative, OutcomeEstimate estimate, HashSet<string> stated) => alternative with
    {
        SuccessProbability = estimate.SuccessProbability,
        Learned = estimate.Numbers.GroupBy(pair => Meant(AttributeNames.Plain(pair.Key), stated), StringComparer.Ordinal).ToImmutableSortedDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal),
    };

    private static string Meant(string name, HashSet<string> stated) => !stated.Contains(name) && stated.Contains("estimated_" + name) ? "estimated_" + name : name;
}
