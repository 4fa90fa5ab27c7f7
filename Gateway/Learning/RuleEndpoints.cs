using System.Text;
using Microsoft.AspNetCore.Mvc;
using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Adaptation rules over HTTP.</summary>
internal static class RuleEndpoints
{
    private const int ListMax = 1_000, ExportMax = 100_000;

    /// <summary>Maps the routes.</summary>
    public static void MapRules(this RouteGroupBuilder api)
    {
        api.MapGet("/learning/adaptation-rules", ListAsync)
            .Named("ListRules", "Read the rules that were learned", "In force first, then by confidence; at most 1,000, with the true count.")
            .WithMetadata(new QueryContract("stream", "Of this stream; all where not given", typeof(string)))
            .WithMetadata(new QueryContract("status", "That stand there; all but the retired where not given", typeof(RuleStatus)))
            .Refuses(400);
        api.MapGet("/learning/adaptation-rules/{rule_id}", GetAsync)
            .Named("GetRule", "Read a rule with its evidence").Refuses(400, 404);
        api.MapPut("/learning/adaptation-rules/{rule_id}", SetAsync).Takes<RuleChangeRequest>()
            .Named("SetRule", "Keep a rule in force, or out of it", "Pinned keeps it in force whatever comes, disabled out of it; a flag that is not given stays as it is.").Refuses(400, 404, 413, 415, 422);
        api.MapPost("/learning/adaptation-rules/induce", InduceAsync)
            .Named("InduceRules", "Induce the rules of a stream now", "The answer comes when it has ended. New rules are candidates; they come into force when experiences that come later bear them out.")
            .WithMetadata(new QueryContract("stream", "Of this stream; default where not given", typeof(string)))
            .Refuses(400);
        api.MapGet("/learning/adaptation-rules/export", ExportAsync)
            .Named("ExportRules", "Take all rules out, with their evidence", "Retired ones too. CSV (RFC 4180): text that spreadsheets would take for a formula gets an apostrophe in front.")
            .WithMetadata(new QueryContract("format", "json or csv; json where not given", typeof(RuleFormat)))
            .WithMetadata(new QueryContract("stream", "Of this stream; all where not given", typeof(string)))
            .Produces<RulesExport>(StatusCodes.Status200OK, "application/json", RuleCsv.MediaType).Refuses(400);
    }

    private static async Task<JsonListReply<RulesResponse>> ListAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var query = new QueryInput(http.Request, "stream", "status");
        var filter = new RuleFilter { Stream = query.Word("stream"), Status = query.Choice<RuleStatus>("status"), Limit = ListMax };
        query.Faults.ThrowIfAny();
        var page = await Catalog(grains).ListAsync(filter, cancellation);
        return new(new() { AdaptationRules = page.Rules.ToDictionary(rule => rule.Id, RuleSummary.From), Count = page.Count, Timestamp = time.GetUtcNow() }, RuleJson.Wire.RulesResponse);
    }

    private static async Task<JsonReply<RuleReply>> GetAsync(HttpContext http, [FromRoute(Name = "rule_id")] string id, IGrainFactory grains, TimeProvider time, CancellationToken cancellation) =>
        Reply(await FindAsync(grains, Ids.FromPath(http, "rule_id", id), cancellation), time);

    private static async Task<JsonReply<RuleReply>> SetAsync(HttpContext http, [FromRoute(Name = "rule_id")] string id, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        Ids.FromPath(http, "rule_id", id);
        var (pinned, disabled) = await JsonBody.ReadAsync(http, input => (input.Flag("pinned"), input.Flag("disabled")));
        var rule = await FindAsync(grains, id, cancellation);
        return Reply(await grains.GetGrain<IStreamRulesGrain>(rule.Stream).SetAsync(id, pinned, disabled, cancellation) ?? throw Missing(id), time);
    }

    private static async Task<JsonReply<InductionResponse>> InduceAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var query = new QueryInput(http.Request, "stream");
        var stream = query.Word("stream") ?? LearningInput.DefaultStream;
        query.Faults.ThrowIfAny();
        var induction = await grains.GetGrain<IStreamRulesGrain>(stream).InduceAsync(cancellation);
        return new(new()
        {
            Message = induction.Message,
            Stream = stream,
            Experiences = induction.Experiences,
            Found = induction.Found,
            Added = induction.Added,
            Timestamp = time.GetUtcNow(),
        }, RuleJson.Wire.InductionResponse);
    }

    private static async Task<IResult> ExportAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var query = new QueryInput(http.Request, "stream", "format");
        var (stream, format) = (query.Word("stream"), query.Choice<RuleFormat>("format"));
        query.Faults.ThrowIfAny();
        var catalog = Catalog(grains);
        var living = await catalog.ListAsync(new() { Stream = stream, Limit = ExportMax }, cancellation);
        var retired = await catalog.ListAsync(new() { Stream = stream, Status = RuleStatus.Retired, Limit = ExportMax }, cancellation);
        AdaptationRule[] rules = [.. living.Rules.Concat(retired.Rules).DistinctBy(rule => rule.Id)];
        return format == RuleFormat.Csv
            ? Results.File(Encoding.UTF8.GetBytes(RuleCsv.Write(rules)), RuleCsv.MediaType + "; charset=utf-8; header=present", "adaptation-rules.csv")
            : new JsonListReply<RulesExport>(new() { AdaptationRules = [.. rules.Select(rule => new RuleResponse(rule))], Count = rules.Length, Timestamp = time.GetUtcNow() }, RuleJson.Wire.RulesExport);
    }

    private static async Task<AdaptationRule> FindAsync(IGrainFactory grains, string id, CancellationToken cancellation) => await Catalog(grains).GetAsync(id, cancellation) ?? throw Missing(id);

    private static JsonReply<RuleReply> Reply(AdaptationRule rule, TimeProvider time) => new(new() { AdaptationRule = new(rule), Timestamp = time.GetUtcNow() }, RuleJson.Wire.RuleReply);

    private static NexusException Missing(string id) => new(NexusError.NotFound, $"there is no rule '{id}'", "rule_id");

    private static IRuleCatalogGrain Catalog(IGrainFactory grains) => grains.GetGrain<IRuleCatalogGrain>(0);
}

/// <summary>Forms of an export.</summary>
internal enum RuleFormat
{
    /// <summary>Not stated: JSON.</summary>
    None = 0,
    /// <summary>JSON.</summary>
    Json = 1,
    /// <summary>One line for each rule.</summary>
    Csv = 2,
}
