using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Takes experiences out, as many as there are, while they are read page by page.</summary>
internal static class ExperienceExport
{
    /// <summary>Maps the route.</summary>
    public static void MapExperienceExport(this RouteGroupBuilder api) =>
        api.MapGet("/learning/experiences/export", ExportAsync)
            .Named("ExportExperiences", "Take experiences out, newest arrival first", "All filters that are given must match. One object per line, or a table whose columns are the paths that occur; both can be sent to the batch route as they are.")
            .WithMetadata(new QueryContract("format", "ndjson or csv; ndjson where not given", typeof(ExperienceFormat)))
            .WithMetadata(new QueryContract("from", "Happened at or after", typeof(DateTimeOffset)))
            .WithMetadata(new QueryContract("before", "Happened before", typeof(DateTimeOffset)))
            .WithMetadata(new QueryContract("tag", "Has this tag", typeof(string)))
            .WithMetadata(new QueryContract("subject", "Holds this value, or its pseudonym, where a field is replaced by a pseudonym; not with tag", typeof(string)))
            .WithMetadata(new QueryContract("stream", "In this stream", typeof(string)))
            .WithMetadata(new QueryContract("type", "Learning type", typeof(LearningType)))
            .WithMetadata(new QueryContract("success", "Turned out so", typeof(bool)))
            .Produces<string>(StatusCodes.Status200OK, BulkBody.LinesMediaType, ExperienceTable.MediaType).Refuses(400).NotCounted();

    private static async Task<IResult> ExportAsync(HttpContext http, IGrainFactory grains, CancellationToken cancellation)
    {
        var (filter, format) = LearningInput.ReadExport(http.Request);
        var catalog = grains.GetGrain<IExperienceCatalogGrain>(0);
        // What arrives meanwhile is left out, so that two readings see the same.
        var newest = await catalog.ListAsync(filter with { Limit = 1 }, cancellation);
        filter = filter with { BeforeSeq = newest.Experiences.IsEmpty ? 1 : newest.Experiences[0].Seq + 1 };
        if (format != ExperienceFormat.Csv) { return Results.Stream(body => WriteLinesAsync(body, catalog, filter, cancellation), BulkBody.LinesMediaType, "experiences.ndjson"); }
        var columns = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var experience in AllAsync(catalog, filter, cancellation))
        {
            ExperienceTable.AddColumns(experience, columns);
            if (columns.Count > ExperienceTable.ColumnsMax) { throw new InputException("format", $"these experiences have more than {ExperienceTable.ColumnsMax} paths, too many for a table; take them out as ndjson, or name a stream"); }
        }
        return Results.Stream(body => WriteTableAsync(body, catalog, filter, columns, cancellation), ExperienceTable.MediaType + "; charset=utf-8; header=present", "experiences.csv");
    }

    private static async Task WriteLinesAsync(Stream body, IExperienceCatalogGrain catalog, ExperienceFilter filter, CancellationToken cancellation)
    {
        await foreach (var experience in AllAsync(catalog, filter, cancellation))
        {
            await JsonSerializer.SerializeAsync(body, ExperienceResponse.From(experience), LearningJson.Wire.ExperienceResponse, cancellation);
            await body.WriteAsync("\n"u8.ToArray(), cancellation);
        }
    }

    private static async Task WriteTableAsync(Stream body, IExperienceCatalogGrain catalog, ExperienceFilter filter, SortedSet<string> columns, CancellationToken cancellation)
    {
        await using var text = new StreamWriter(body, new UTF8Encoding(false), leaveOpen: true);
        await using var table = ExperienceTable.Writer(text);
        await ExperienceTable.WriteHeadingAsync(table, columns);
        await foreach (var experience in AllAsync(catalog, filter, cancellation)) { await ExperienceTable.WriteAsync(table, experience, columns); }
    }

    private static async IAsyncEnumerable<Experience> AllAsync(IExperienceCatalogGrain catalog, ExperienceFilter filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var page = await catalog.ListAsync(filter, cancellation);
            foreach (var experience in page.Experiences) { yield return experience; }
            if (page.NextBeforeSeq == 0) { yield break; }
            filter = filter with { BeforeSeq = page.NextBeforeSeq };
        }
    }
}

/// <summary>Forms of an export.</summary>
internal enum ExperienceFormat
{
    /// <summary>Not stated: one object per line.</summary>
    None = 0,
    /// <summary>One object per line.</summary>
    Ndjson = 1,
    /// <summary>A table.</summary>
    Csv = 2,
}

/// <summary>JSON within cells of a table.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class CellJson : JsonSerializerContext
{
    /// <summary>The one to use: it escapes only what JSON asks for.</summary>
    public static CellJson Wire => field ??= new(HttpJson.WireOptions(Default.Options));
}
