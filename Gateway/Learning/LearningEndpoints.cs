using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using NexusActors.Errors;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>The learning engine over HTTP.</summary>
internal static class LearningEndpoints
{
    /// <summary>Maps its routes onto its port.</summary>
    public static RouteGroupBuilder MapLearning(this IEndpointRouteBuilder routes, int port)
    {
        var api = routes.MapGroup("").OnPort(port).WithGroupName(ServedApi.Learning).WithTags("Learning");
        api.MapGet("/learning/status", StatusAsync)
            .Named("GetLearningStatus", "Count what was experienced and what was learned from it").Refuses();
        api.MapPost("/learning/experiences", RecordAsync).Takes<ExperienceRequest>()
            .Named("RecordExperience", "Store one experience", "The answer comes when it is on disk. The same id again is refused.").Refuses(400, 413, 415);
        api.MapPost("/learning/experiences/batch", RecordManyAsync).TakesMany<ExperienceRequest>(routes.ServiceProvider)
            .Named("RecordExperiences", "Store many experiences", "A JSON array, one object per line, or a table (text/csv, as the export writes it). Each item is answered for itself, in order; what was accepted is on disk.").Refuses(400, 413, 415);
        api.MapGet("/learning/experiences/{experience_id}", GetAsync)
            .Named("GetExperience", "Read one experience", "That of a finished task is task:{task_id}:{attempt}, that of a decision decision:{decision_id}.").Refuses(400, 404);
        api.MapGet("/learning/experiences", ListAsync)
            .Named("ListExperiences", "Find experiences, newest arrival first", "All filters that are given must match.")
            .WithMetadata(new QueryContract("from", "Happened at or after", typeof(DateTimeOffset)))
            .WithMetadata(new QueryContract("before", "Happened before", typeof(DateTimeOffset)))
            .WithMetadata(new QueryContract("tag", "Has this tag", typeof(string)))
            .WithMetadata(new QueryContract("subject", "Holds this value, or its pseudonym, where a field is replaced by a pseudonym; not with tag", typeof(string)))
            .WithMetadata(new QueryContract("stream", "In this stream; task.{type} for finished tasks", typeof(string)))
            .WithMetadata(new QueryContract("type", "Learning type", typeof(LearningType)))
            .WithMetadata(new QueryContract("success", "Turned out so", typeof(bool)))
            .WithMetadata(new QueryContract("limit", "How many at most, 1–1,000; 100 where not given", typeof(int)))
            .WithMetadata(new QueryContract("cursor", "next_cursor of the page before", typeof(string)))
            .Refuses(400);
        api.MapNeighbours();
        api.MapPredictions();
        api.MapPlans();
        api.MapPatterns();
        api.MapDecisions();
        api.MapRules();
        api.MapRoles();
        api.MapErasures();
        api.MapExperienceExport();
        api.MapRuleAdvice();
        return api;
    }

    private static async Task<JsonReply<LearningStatusResponse>> StatusAsync(IGrainFactory grains, TimeProvider time, CancellationToken cancellation) =>
        new(LearningStatusResponse.From(await Catalog(grains).StatusAsync(cancellation), time.GetUtcNow()), LearningJson.Wire.LearningStatusResponse);

    private static async Task<JsonReply<ExperienceRecorded>> RecordAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var experience = await JsonBody.ReadAsync(http, input => LearningInput.Read(input, now));
        var reply = (await grains.GetGrain<IExperienceStreamGrain>(experience.Stream).AppendAsync([experience], cancellation))[0];
        if (reply.Error != NexusError.None) { throw new NexusException(reply.Error, reply.Message!, reply.Field); }
        return new(new() { Message = "Experience recorded", ExperienceId = reply.Id, Timestamp = now }, LearningJson.Wire.ExperienceRecorded);
    }

    private static async Task<JsonListReply<ExperienceBatchResponse>> RecordManyAsync(HttpContext http, IGrainFactory grains, IOptions<GatewayOptions> options, TimeProvider time, RemoteCalls calls, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var items = new BulkItems<Experience>();
        void Read(int index, ReadOnlyMemory<byte> json) => items.Add(json, input => LearningInput.Read(input, now));
        await (ExperienceTable.IsSent(http.Request) ? ExperienceTable.ReadAsync(http, options.Value, Read) : BulkBody.ReadAsync(http, options.Value, Read));
        var results = new ExperienceResult[items.Count];
        var sound = new List<(int Index, Experience Experience)>(items.Valid.Count);
        for (var i = 0; i < results.Length; i++)
        {
            if (items.FaultsOf(i) is { } faults) { results[i] = new() { Index = i, Error = faults.Text, Code = ProblemCodes.Invalid, Field = faults.Field }; }
            else { sound.Add((i, items.Valid[sound.Count])); }
        }
        var failures = await Task.WhenAll(sound.GroupBy(item => item.Experience.Stream, StringComparer.Ordinal).Select(stream => AppendAsync(grains, stream.Key, [.. stream], results, now, calls, cancellation)));
        if (failures.Length > 0 && !failures.Contains(null)) { ExceptionDispatchInfo.Throw(failures[0]!); }
        var accepted = results.Count(result => result.ExperienceId is not null);
        return new(new() { Results = results, Accepted = accepted, Refused = results.Length - accepted, Timestamp = now }, LearningJson.Wire.ExperienceBatchResponse);
    }

    /// <summary>
    /// Appends the items of one stream and writes their answers into their places. A failure of storage or cluster refuses these items alone, because those of other streams may be on disk already.
    /// </summary>
    /// <returns>The failure, if nothing was appended: where every stream failed, the whole request did.</returns>
    private static async Task<Exception?> AppendAsync(
        IGrainFactory grains, string stream, ImmutableArray<(int Index, Experience Experience)> items, ExperienceResult[] results, DateTimeOffset now, RemoteCalls calls, CancellationToken cancellation)
    {
        if (items.Length <= calls.ItemsMax) { return await AppendPortionAsync(grains, stream, items, results, now, cancellation); }
        var failures = new List<Exception?>();
        foreach (var portion in items.Chunk(calls.ItemsMax)) { failures.Add(await AppendPortionAsync(grains, stream, [.. portion], results, now, cancellation)); }
        return failures.Contains(null) ? null : failures[0];
    }

    private static async Task<Exception?> AppendPortionAsync(
        IGrainFactory grains, string stream, ImmutableArray<(int Index, Experience Experience)> items, ExperienceResult[] results, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            var replies = await grains.GetGrain<IExperienceStreamGrain>(stream).AppendAsync([.. items.Select(item => item.Experience)], cancellation);
            for (var i = 0; i < items.Length; i++)
            {
                var (index, reply) = (items[i].Index, replies[i]);
                results[index] = reply.Error == NexusError.None
                    ? new() { Index = index, ExperienceId = reply.Id }
                    : new() { Index = index, Error = reply.Message, Code = ProblemCodes.Of(reply.Error).Code, Field = reply.Field };
            }
            return null;
        }
        catch (Exception failure) when (failure is NexusException or TimeoutException or OrleansException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            var problem = RefusalHandler.Translate(failure, now);
            foreach (var (index, _) in items) { results[index] = new() { Index = index, Error = problem.Detail, Code = problem.Code }; }
            return failure;
        }
    }

    private static async Task<JsonReply<ExperienceResponse>> GetAsync(HttpContext http, [FromRoute(Name = "experience_id")] string id, IGrainFactory grains, CancellationToken cancellation) =>
        await Catalog(grains).GetAsync(LearningInput.ReadId(http, id), cancellation) is { } experience
            ? new(ExperienceResponse.From(experience), LearningJson.Wire.ExperienceResponse)
            : throw new NexusException(NexusError.NotFound, $"there is no experience '{id}'", "experience_id");

    private static async Task<JsonListReply<ExperiencesResponse>> ListAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var page = await Catalog(grains).ListAsync(LearningInput.ReadFilter(http.Request), cancellation);
        return new(new()
        {
            Experiences = [.. page.Experiences.Select(ExperienceResponse.From)],
            Count = page.Experiences.Length,
            NextCursor = PageCursor.Of(page.NextBeforeSeq),
            Timestamp = time.GetUtcNow(),
        }, LearningJson.Wire.ExperiencesResponse);
    }

    private static IExperienceCatalogGrain Catalog(IGrainFactory grains) => grains.GetGrain<IExperienceCatalogGrain>(0);
}
