using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Learning.Plans;

/// <summary>Which constraints a plan breaks, and what would help.</summary>
/// <param name="Breaches">What is broken, by constraint.</param>
/// <param name="Teams">Where dates are broken: each limited team.</param>
/// <param name="AllDatesLaterDays">Where dates are broken: working days by which all would have to move.</param>
internal sealed record PlanBreaches(ImmutableArray<ConstraintBreach> Breaches, ImmutableArray<TeamRelaxation> Teams, double? AllDatesLaterDays)
{
    public static PlanBreaches Of(WorkModel model, ImmutableArray<int> starts, SearchLimits limits, CancellationToken cancellation)
    {
        ImmutableArray<ConstraintBreach> simple = [.. Budget(model), .. model.Shortages.Select(Shortage)];
        var late = Enumerable.Range(0, model.DateLimits.Length).Where(k => EndOf(model, k, starts) > model.DateLimits[k].EndMax).ToArray();
        if (late.Length == 0) { return new(simple, [], null); }

        var relaxation = new Relaxation(model.Project, model.DateLimits, limits.ProofMax is { } work and > 0 ? work : 1, limits.Workers, cancellation)
        {
            IsOver = limits.Elapsed is { } elapsed ? () => elapsed() >= 2 * limits.TimeMax : null,
        };
        // A schedule that is late is no proof that none is in time; where the search cannot tell, the dates count as broken and nothing as proven.
        var possible = relaxation.Feasible().Can;
        ImmutableArray<ConstraintBreach> dates = [.. late.Select(k => Date(model, k, starts, relaxation.OfDate(k, starts), possible))];
        return new(
            [.. simple, .. dates],
            [.. model.Limited.Select((team, resource) => (team, resource, Change: relaxation.OfTeam(resource))).Select(one => new TeamRelaxation(one.team, model.Project.Capacities[one.resource], one.Change.Value, one.Change.IsProven))],
            WorkCalendar.Days(relaxation.OfAllDates(starts).Value ?? 0));
    }

    private static IEnumerable<ConstraintBreach> Budget(WorkModel model)
    {
        var cost = Enumerable.Range(0, model.Project.Count).Sum(model.ExpectedCost);
        if (model.Request.Constraints.Budget is { } budget && cost > budget)
        {
            yield return new("budget", budget, cost, cost, null, true, string.Create(CultureInfo.InvariantCulture, $"The expected cost is {cost:0.##}, {cost - budget:0.##} above the budget of {budget:0.##}. No order of the goals costs less."));
        }
    }

    private static ConstraintBreach Shortage(TeamShortage shortage) =>
        new($"team_sizes.{shortage.Team}", shortage.Size, shortage.Needed, shortage.Needed, null, true, $"'{shortage.GoalId}' needs {shortage.Needed} of {shortage.Team}, there are {shortage.Size}. The plan counts on {shortage.Needed}.");

    private static ConstraintBreach Date(WorkModel model, int which, ImmutableArray<int> starts, SmallestChange change, bool? possible)
    {
        var limit = model.DateLimits[which];
        var end = EndOf(model, which, starts);
        Func<double, double> unit = limit.Day is null ? WorkCalendar.Weeks : WorkCalendar.Days;
        DateOnly? day = limit.Day is not null && change.Value is { } slots ? model.Calendar.LastDay(0, slots) : null;
        var (late, smallest) = (unit(end) - unit(limit.EndMax), change.Value is { } value ? unit(value) : (double?)null);
        var word = limit.Day is null ? "weeks" : "working days";
        var help = (smallest, possible) switch
        {
            (_, true) => "A schedule that keeps every date exists, but this one is not it: search longer.",
            (not null, _) when day is { } until => $"With {until:yyyy-MM-dd} instead, and all else as it is, the plan is feasible{Proof(change, "; no earlier day is")}.",
            ({ } least, _) => string.Create(CultureInfo.InvariantCulture, $"With {least:0.##} {word} instead, and all else as it is, the plan is feasible{Proof(change, "; nothing less is")}."),
            _ => change.IsProven ? "No change of this date alone makes the plan feasible." : "Whether a change of this date alone would help is not known; the search ended before.",
        };
        return new(limit.Name, unit(limit.EndMax), unit(end), smallest, day, change.IsProven, string.Create(CultureInfo.InvariantCulture, $"The plan ends {late:0.##} {word} too late for {limit.Name}. {help}"));
    }

    private static string Proof(SmallestChange change, string words) => change.IsProven ? words : " (less may do; the search ended before it could tell)";

    private static int EndOf(WorkModel model, int which, ImmutableArray<int> starts) =>
        model.DateLimits[which].Activity is { } one ? starts[one] + model.Project.Activities[one].Duration : model.Project.Length(starts.AsSpan());
}
