using System.Collections.Immutable;

namespace NexusActors.Learning.Decisions;

/// <summary>Which alternatives may be chosen.</summary>
/// <param name="Breaches">By alternative; empty: it may be chosen.</param>
/// <param name="NotApplied">Constraints on attributes that no alternative has.</param>
internal sealed record ConstraintScreen(ImmutableArray<ImmutableArray<ConstraintBreach>> Breaches, ImmutableArray<string> NotApplied)
{
    /// <summary>Checks every constraint on every alternative; where experience knows of an attribute, its expected value is checked.</summary>
    public static ConstraintScreen Of(DecisionProblem problem, DecisionMatrix matrix)
    {
        var meant = problem.Constraints.Select(constraint => (Constraint: constraint, Attribute: constraint.Candidates.FirstOrDefault(candidate => problem.Alternatives.Any(alternative => Has(alternative, candidate))))).ToArray();
        return new(
            [.. problem.Alternatives.Select((alternative, i) => meant.Where(each => each.Attribute is not null)
                .Select(each => each.Constraint.Check(each.Attribute!, Value(matrix, alternative, each.Attribute!)))
                .Concat(problem.Missing == MissingRule.Exclude ? Lacking(matrix, i) : []).OfType<ConstraintBreach>().ToImmutableArray())],
            [.. meant.Where(each => each.Attribute is null).Select(each => each.Constraint.Name)]);
    }

    /// <summary>How far an alternative is from keeping all constraints: breaches, then the sum of their excesses as shares of the limits.</summary>
    public (int Breaches, double Excess) Distance(int alternative) =>
        (Breaches[alternative].Length, Breaches[alternative].Sum(breach => breach is { Excess: { } excess, Limit: { } limit } ? excess / Math.Max(Math.Abs(limit), DecisionRules.RangeMin) : 1));

    private static bool Has(DecisionAlternative alternative, string attribute) => alternative.Attributes.ContainsKey(attribute) || alternative.Learned.ContainsKey(attribute);

    private static AttributeValue? Value(DecisionMatrix matrix, DecisionAlternative alternative, string attribute) =>
        alternative.Learned.ContainsKey(attribute) ? matrix.BeliefOf(alternative, attribute).Mean
        : alternative.Attributes.TryGetValue(attribute, out var stated) ? (AttributeValue?)stated
        : null;

    private static IEnumerable<ConstraintBreach> Lacking(DecisionMatrix matrix, int alternative) =>
        matrix.Criteria.Where((_, j) => matrix.Beliefs[alternative][j].Source == BeliefSource.Missing)
            .Select(criterion => new ConstraintBreach("missing attributes", criterion.Attribute, null, null, null, $"{criterion.Attribute} is not stated"));
}
