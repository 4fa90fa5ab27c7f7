using System.Collections.Immutable;

namespace NexusActors.Learning.Rules;

/// <summary>What rules did to a choice.</summary>
internal enum RuleEffect
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>It is the same without them, and one says that it is good.</summary>
    Confirmed,
    /// <summary>Without them it would have been another.</summary>
    Changed,
}

/// <summary>The part that rules had in a choice.</summary>
/// <param name="Effect">What they did.</param>
/// <param name="Rules">Those that did it.</param>
internal sealed record RulePart(RuleEffect Effect, ImmutableArray<RuleStatement> Rules)
{
    /// <summary>They had none.</summary>
    public static RulePart None { get; } = new(RuleEffect.None, []);

    /// <summary>
    /// A choice that they changed was made by the rules that spoke of what was chosen and of what would have been, or, where neither was spoken of, by all that spoke. One that they confirmed was confirmed by the rule that speaks for
    /// what was chosen; rules against something that would not have been chosen anyway had no part.
    /// </summary>
    /// <param name="isChanged">Whether another would have been chosen.</param>
    /// <param name="ofChosen">The rule that spoke of what was chosen.</param>
    /// <param name="isInFavour">Whether it is about this very action, and makes it likelier to turn out well.</param>
    /// <param name="ofOther">The rule that spoke of what would have been chosen.</param>
    /// <param name="ofAny">All that spoke.</param>
    public static RulePart Of(bool isChanged, RuleStatement? ofChosen, bool isInFavour, RuleStatement? ofOther, IEnumerable<RuleStatement> ofAny)
    {
        if (!isChanged) { return ofChosen is not null && isInFavour ? new(RuleEffect.Confirmed, [ofChosen]) : None; }
        ImmutableArray<RuleStatement> own = [.. new[] { ofChosen, ofOther }.OfType<RuleStatement>().Distinct()];
        return new(RuleEffect.Changed, own.IsEmpty ? [.. ofAny.Distinct()] : own);
    }
}
