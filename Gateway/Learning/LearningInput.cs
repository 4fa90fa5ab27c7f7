using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Reads what is said of experiences.</summary>
internal static class LearningInput
{
    /// <summary>The stream of experiences that name none.</summary>
    public const string DefaultStream = "default";

    /// <summary>Experiences on a page where the caller does not say.</summary>
    public const int PageDefault = 100;

    private static readonly string[] Filters = ["from", "before", "tag", "subject", "stream", "type", "success"];
    private const string TaskPrefix = "task:", DecisionPrefix = "decision:";

    /// <summary>Reads the body of POST /learning/experiences, or one item of a batch.</summary>
    /// <param name="input">The object.</param>
    /// <param name="now">Now, for the moment and for the id where none is given.</param>
    public static Experience Read(JsonInput input, DateTimeOffset now)
    {
        var type = input.Choice<LearningType>("learning_type");
        return new()
        {
            ContextJson = input.OpenObject("context", required: true) ?? "{}",
            ActionJson = input.OpenObject("action_taken", required: true) ?? "{}",
            OutcomeJson = input.OpenObject("outcome", required: true) ?? "{}",
            Success = input.Flag("success", required: true) ?? false,
            Id = input.Id("id") ?? Ulid.NewUlid(now).ToString(),
            Stream = input.Word("stream") ?? DefaultStream,
            Timestamp = input.Time("timestamp") ?? now,
            Metrics = input.Numbers("performance_metrics", double.MinValue, double.MaxValue, ExperienceLimits.MetricsMax),
            FeedbackScore = input.Number("feedback_score", 0, 1) ?? 0.5,
            LearningType = type == LearningType.None ? LearningType.Supervised : type,
            Tags = input.Words("tags", ExperienceLimits.TagsMax),
        };
    }

    /// <summary>Reads the query of GET /learning/experiences. Throws with every fault.</summary>
    public static ExperienceFilter ReadFilter(HttpRequest request)
    {
        var query = new QueryInput(request, [.. Filters, "limit", "cursor"]);
        var filter = Filter(query) with { Limit = query.Integer("limit", 1, ExperienceLimits.PageMax) ?? PageDefault, BeforeSeq = PageCursor.Read(query) };
        query.Faults.ThrowIfAny();
        return filter;
    }

    /// <summary>Reads the query of GET /learning/experiences/export. Throws with every fault.</summary>
    public static (ExperienceFilter Filter, ExperienceFormat Format) ReadExport(HttpRequest request)
    {
        var query = new QueryInput(request, [.. Filters, "format"]);
        var (filter, format) = (Filter(query) with { Limit = ExperienceLimits.PageMax }, query.Choice<ExperienceFormat>("format"));
        query.Faults.ThrowIfAny();
        return (filter, format);
    }

    private static ExperienceFilter Filter(QueryInput query) => new()
    {
        From = query.Time("from"),
        Before = query.Time("before"),
        Tag = query.Word("tag"),
        Subject = query.Word("subject"),
        Stream = query.Word("stream"),
        LearningType = query.Choice<LearningType>("type"),
        Success = query.Flag("success"),
    };

    /// <summary>Reads the id in a path. That of a finished task's or of a decision's experience holds their own id, which may be as long as an id can be.</summary>
    public static string ReadId(HttpContext http, string id)
    {
        var own = id.StartsWith(TaskPrefix, StringComparison.Ordinal) && id.LastIndexOf(':') is var end && end > TaskPrefix.Length ? id[TaskPrefix.Length..end]
            : id.StartsWith(DecisionPrefix, StringComparison.Ordinal) ? id[DecisionPrefix.Length..]
            : id;
        Ids.FromPath(http, "experience_id", own);
        return id;
    }
}
