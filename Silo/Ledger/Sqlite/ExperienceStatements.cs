using NexusActors.Learning;

namespace NexusActors.Ledger.Sqlite;

/// <summary>Writes of experiences.</summary>
internal sealed class ExperienceStatements(Database database)
{
    private readonly Statement _insert = database.Prepare("""
        INSERT INTO experiences (seq, id, stream, at, success, learning_type, feedback, tags, context, action, outcome, metrics)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        ON CONFLICT (id) DO NOTHING
        """);
    private readonly Statement _insertTag = database.Prepare("INSERT INTO experience_tags (tag, seq, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");

    /// <summary>Inserts one experience with its tags; false where its id is taken.</summary>
    public bool Insert(in PreparedEntry prepared, Experience experience, long seq)
    {
        var inserted = _insert
            .Bind(1, seq).Bind(2, experience.Id).Bind(3, experience.Stream).Bind(4, experience.Timestamp).Bind(5, experience.Success)
            .Bind(6, (long)experience.LearningType).Bind(7, experience.FeedbackScore).Bind(8, prepared.Tags)
            .Bind(9, experience.ContextJson).Bind(10, experience.ActionJson).Bind(11, experience.OutcomeJson).Bind(12, prepared.Metrics)
            .RunCounted() != 0;
        if (!inserted) { return false; }
        if (experience.Tags.IsDefaultOrEmpty) { return true; }
        foreach (var tag in experience.Tags)
        {
            _insertTag.Bind(1, tag).Bind(2, seq).Bind(3, experience.Timestamp).Run();
        }
        return true;
    }
}
