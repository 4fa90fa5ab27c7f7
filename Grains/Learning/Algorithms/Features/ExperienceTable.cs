namespace NexusActors.Learning.Features;

/// <summary>Experiences as a table whose columns have the names that people use.</summary>
internal static class ExperienceTable
{
    private const string ContextPrefix = "context.", ActionPrefix = "action.";

    /// <summary>By a schema learned from these very experiences; columns in which nothing differs are left out.</summary>
    public static FeatureTable Of(IReadOnlyCollection<Experience> experiences, CancellationToken cancellation = default)
    {
        var learner = new SchemaLearner(FeatureSchema.Empty(""));
        foreach (var experience in experiences)
        {
            cancellation.ThrowIfCancellationRequested();
            learner.Observe(experience);
        }
        var table = new ExperienceEncoder(learner.ToSchema()).Table(experiences);
        cancellation.ThrowIfCancellationRequested();
        return table with { Columns = [.. table.Columns.Where(Differs).Select(column => column with { Name = PlainName(column.Name) })] };
    }

    /// <summary>The name of a feature without the words that the context's have in common; those of the action keep theirs, and so does what could be taken for one of them.</summary>
    public static string PlainName(string name) =>
        name.StartsWith(ContextPrefix, StringComparison.Ordinal) && name[ContextPrefix.Length..] is { Length: > 0 } plain && !plain.StartsWith(ActionPrefix, StringComparison.Ordinal)
            && !plain.StartsWith(ContextPrefix, StringComparison.Ordinal) && !plain.StartsWith("time.", StringComparison.Ordinal) ? plain : name;

    private static bool Differs(FeatureColumn column) => column switch
    {
        NumericColumn numbers => numbers.Values.AsSpan() is var values && values.ContainsAnyExcept(values[0]),
        CategoryColumn words => words.Codes.AsSpan() is var codes && codes.ContainsAnyExcept(codes[0]),
        _ => throw new ArgumentException($"{column.Name} is of no known kind", nameof(column)),
    };
}
