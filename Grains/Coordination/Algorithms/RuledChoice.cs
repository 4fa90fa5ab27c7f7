using NexusActors.Learning.Fit;
using NexusActors.Learning.Rules;

namespace NexusActors.Coordination;

/// <summary>Whom experience prefers for a task.</summary>
/// <param name="Seat">By fit, and by rules where some hold.</param>
/// <param name="Expected">What both expect of that one.</param>
/// <param name="ByFit">By fit alone.</param>
/// <param name="Fit">What fit alone expects of that one.</param>
/// <param name="Part">The part that rules had.</param>
internal sealed record SeatPreference(AgentSeat Seat, FitExpectation Expected, AgentSeat ByFit, FitExpectation Fit, RulePart Part);

/// <summary>Chooses as <see cref="FitChoice"/> does, with the rates of success as rules see them in the situation of the task.</summary>
internal static class RuledChoice
{
    /// <summary>Whom experience prefers; null where nothing is known of such tasks, or nobody can be offered it.</summary>
    /// <param name="seats">Who is there.</param>
    /// <param name="needs">What the task needs.</param>
    /// <param name="expect">What is expected of a seat at that type of task.</param>
    /// <param name="rules">Those that hold in its situation; null: none.</param>
    public static SeatPreference? Best(IReadOnlyCollection<AgentSeat> seats, TaskNeeds needs, Func<AgentSeat, FitExpectation?> expect, SituationRules? rules)
    {
        if (FitChoice.Best(seats, needs, expect) is not { } byFit) { return null; }
        if (rules is null) { return new(byFit.Seat, byFit.Fit, byFit.Seat, byFit.Fit, RulePart.None); }
        var best = FitChoice.Best(seats, needs, seat => expect(seat) is { } fit ? fit with { Success = rules.Success(seat.AgentId, fit.Success) } : null)!.Value;
        var able = seats.Where(seat => seat.CanBeOffered(needs)).ToArray();
        // Where only one is able nobody has a choice.
        var part = able.Length < 2 ? RulePart.None : RulePart.Of(
            best.Seat != byFit.Seat,
            rules.Of(best.Seat.AgentId),
            isInFavour: rules.Of(best.Seat.AgentId)?.Agent is not null && best.Fit.Success > expect(best.Seat)?.Success,
            rules.Of(byFit.Seat.AgentId),
            able.Select(seat => rules.Of(seat.AgentId)).OfType<RuleStatement>());
        return new(best.Seat, best.Fit, byFit.Seat, byFit.Fit, part);
    }
}
