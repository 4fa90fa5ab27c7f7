using System.Collections.Immutable;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Patterns;

/// <summary>Everything that is looked for in some experiences: clusters of all that was known before the outcome, segments whose success differs, and sequences of actions.</summary>
internal static class ExperiencePatterns
{
    /// <summary>The hour and the weekday: segments may depend on them, but as lengths of a line they would only blur clusters.</summary>
    private const string ClockPrefix = "time.";

    /// <summary>Patterns of each kind at most.</summary>
    public const int LimitMax = 100;

    /// <summary>Finds them. The same experiences give the same patterns.</summary>
    /// <param name="experiences">Newest first.</param>
    /// <param name="fewest">Fewer are too little data.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static PatternReport Of(IReadOnlyList<Experience> experiences, int fewest, CancellationToken cancellation = default)
    {
        if (experiences.Count < fewest) { return new() { Experiences = experiences.Count, Message = $"Too little data: {experiences.Count} experiences in the period, at least {fewest} are needed." }; }
        var table = ExperienceTable.Of(experiences, cancellation);
        ImmutableArray<bool> success = [.. experiences.Select(experience => experience.Success)];
        var still = table with { Columns = [.. table.Columns.Where(column => !column.Name.StartsWith(ClockPrefix, StringComparison.Ordinal))] };
        var clustering = ClusterSearch.Find(still, success, cancellation);
        var segments = SubgroupSearch.Find(table, success, new() { Limit = LimitMax }, cancellation);
        var runs = ActionRuns.Of(experiences);
        var sequences = SequenceSearch.Find(runs, success, new() { Limit = LimitMax }, cancellation);
        return new()
        {
            Experiences = experiences.Count,
            Clusters = [.. clustering.Clusters.Select(cluster => Cluster(cluster, Id))],
            Silhouette = clustering.Silhouette,
            SilhouetteSample = clustering.Measured,
            Segments = [.. segments.Select(group => Segment(group, Id))],
            Sequences = [.. sequences.Select(sequence => Sequence(sequence, Id))],
            Runs = runs.Length,
        };

        string Id(int row) => experiences[row].Id;
    }

    private static ClusterPattern Cluster(Cluster found, Func<int, string> id) => new()
    {
        Success = new(found.Size, found.Successes, found.Rate, found.RateLow, found.RateHigh),
        Share = found.Share,
        Traits = [.. found.Traits.Select(trait => new ClusterTrait(trait.Condition.Text, trait.Share, trait.Overall, trait.Lift))],
        Description = found.Sentence,
        ExampleIds = [.. found.Examples.Select(id)],
    };

    private static SegmentPattern Segment(Subgroup found, Func<int, string> id) => new()
    {
        Conditions = [.. found.Conditions.Select(condition => condition.Text)],
        Success = new(found.Support, found.Successes, found.Rate, found.RateLow, found.RateHigh),
        RestRate = found.RestRate,
        Lift = found.Lift,
        P = found.P,
        Description = found.Sentence,
        ExampleIds = [.. found.Examples.Select(id)],
    };

    private static SequencePattern Sequence(ActionSequence found, Func<int, string> id) => new()
    {
        Actions = found.Actions,
        Success = new(found.Support, found.Successes, found.Rate, found.RateLow, found.RateHigh),
        Share = found.Share,
        Lift = found.Lift,
        P = found.P,
        RestRate = found.RestRate,
        Description = found.Sentence,
        ExampleIds = [.. found.Examples.Select(id)],
    };
}
