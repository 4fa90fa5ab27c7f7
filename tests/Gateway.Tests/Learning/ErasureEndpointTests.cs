using System.Net;
using System.Text.Json;
using NexusActors.Hosting;

namespace NexusActors.Learning;

public sealed class ErasureEndpointTests(EmbeddedFixture service) : IClassFixture<EmbeddedFixture>
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Erase_Stream_IsDoneAndToldAgain()
    {
        await RecordAsync(12);

        var erasure = (await service.Learning.PostAsync("/learning/erasures", $$"""{"id":"x{{_key}}","stream":"{{_key}}"}""")).Ok().GetProperty("erasure");

        Assert.Equal(("done", 12, _key), (erasure.GetProperty("status").GetString(), erasure.GetProperty("experiences").GetInt32(), erasure.GetProperty("stream").GetString()));
        Assert.Equal(erasure.GetRawText(), (await service.Learning.GetAsync($"/learning/erasures/x{_key}")).Ok().GetProperty("erasure").GetRawText());
        Assert.Equal(0, (await service.Learning.GetAsync($"/learning/experiences?stream={_key}")).Ok().GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task EraseOne_ItIsGone()
    {
        await RecordAsync(2);

        Assert.Equal(1, (await service.Learning.DeleteAsync($"/learning/experiences/{_key}-0")).Ok().GetProperty("erasure").GetProperty("experiences").GetInt32());

        await (await service.Learning.DeleteAsync($"/learning/experiences/{_key}-0")).RefusedAsync(HttpStatusCode.NotFound, "not_found", "experience_id");
        Assert.Equal(1, (await service.Learning.GetAsync($"/learning/experiences?stream={_key}")).Ok().GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("{}", "subject")]
    [InlineData("""{"subject":"ann","tag":"x"}""", "tag")]
    [InlineData("""{"subject":"ann"}""", "subject")]
    [InlineData("""{"before":"soon"}""", "before")]
    [InlineData("""{"stream":"s","wait_seconds":60}""", "wait_seconds")]
    public async Task Erase_Fault_IsNamed(string body, string field) =>
        await (await service.Learning.PostAsync("/learning/erasures", body)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);

    [Fact]
    public async Task Get_NoSuchErasure_NotFound() =>
        await (await service.Learning.GetAsync("/learning/erasures/none")).RefusedAsync(HttpStatusCode.NotFound, "not_found", "erasure_id");

    /// <summary>What is taken out can be put in again, in both forms.</summary>
    [Theory]
    [InlineData("ndjson", "application/x-ndjson")]
    [InlineData("csv", "text/csv")]
    public async Task Export_ThenImport_IsTheSame(string format, string mediaType)
    {
        await RecordAsync(1_100);
        var before = await ListedAsync();

        var exported = await service.Learning.GetAsync($"/learning/experiences/export?stream={_key}&format={format}");
        Assert.Equal(mediaType, exported.Raw.Content.Headers.ContentType?.MediaType);
        (await service.Learning.PostAsync("/learning/erasures", $$"""{"stream":"{{_key}}"}""")).Ok();
        var imported = (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", exported.Text, mediaType)).Ok();

        Assert.Equal((1_100, 0), (imported.GetProperty("accepted").GetInt32(), imported.GetProperty("refused").GetInt32()));
        Assert.Equal(before.Order(StringComparer.Ordinal), (await ListedAsync()).Order(StringComparer.Ordinal));
    }

    private async Task<string[]> ListedAsync() =>
        [.. (await service.Learning.GetAsync($"/learning/experiences?stream={_key}&limit=1000")).Ok().GetProperty("experiences").EnumerateArray().Where(one => one.GetProperty("context").GetProperty("small").GetBoolean()).Select(Told)];

    /// <summary>All but the position, and the order of members.</summary>
    private static string Told(JsonElement experience) => string.Join(';', Cells("", experience).Where(cell => !cell.StartsWith(".seq=", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Cells(string path, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().SelectMany(member => Cells($"{path}.{member.Name}", member.Value)) : [$"{path}={value.GetRawText()}"];

    private async Task RecordAsync(int count)
    {
        var lines = Enumerable.Range(0, count).Select(i => $$"""{"id":"{{_key}}-{{i}}","stream":"{{_key}}","timestamp":"2026-03-04T05:06:07Z","context":{"n":{{i}},"host":{"name":"web-{{i}}"},"small":{{(i is >= 100 and < 1_000 ? "true" : "false")}}},"action_taken":{"do":"x, \"y\""},"outcome":{"ms":1.5},"success":{{(i % 2 == 0 ? "true" : "false")}},"tags":["a;b"],"performance_metrics":{"p.q":1} }""");
        Assert.Equal(count, (await service.Learning.SendAsync(HttpMethod.Post, "/learning/experiences/batch", string.Join('\n', lines), "application/x-ndjson")).Ok().GetProperty("accepted").GetInt32());
    }
}
