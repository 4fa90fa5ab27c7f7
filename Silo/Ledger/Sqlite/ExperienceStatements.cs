using System.Text.Json;
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
    private readonly Statement _find = database.Prepare("SELECT at, success, tags FROM experiences WHERE seq = ?1");
    private readonly Statement _old = database.Prepare("SELECT seq FROM experiences INDEXED BY experiences_by_time WHERE at < ?1 ORDER BY at LIMIT ?2");
    private readonly Statement _remove = database.Prepare("DELETE FROM experiences WHERE seq = ?1");
    private readonly Statement _removeTag = database.Prepare("DELETE FROM experience_tags WHERE tag = ?1 AND seq = ?2");
    private readonly Statement _move = database.Prepare("UPDATE experience_horizon SET seq = max(seq, ?1)");

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

    /// <summary>Positions of those that happened before a moment, the oldest first.</summary>
    public List<long> Old(DateTimeOffset before, int max)
    {
        var seqs = new List<long>();
        for (_old.Bind(1, before).Bind(2, max); _old.Step();) { seqs.Add(_old.Long(0)); }
        _old.Reset();
        return seqs;
    }

    /// <summary>Removes one with its tags; when it happened and how it turned out, null where there is none.</summary>
    public (DateTimeOffset At, bool Success)? Remove(long seq)
    {
        if (!_find.Bind(1, seq).Step())
        {
            _find.Reset();
            return null;
        }
        var found = (_find.Moment(0), _find.Bool(1));
        var tags = _find.IsNull(2) ? null : JsonSerializer.Deserialize(_find.Bytes(2), LedgerJson.Default.StringArray);
        _find.Reset();
        foreach (var tag in tags ?? []) { _removeTag.Bind(1, tag).Bind(2, seq).Run(); }
        _remove.Bind(1, seq).Run();
        _move.Bind(1, seq).Run();
        return found;
    }
}
