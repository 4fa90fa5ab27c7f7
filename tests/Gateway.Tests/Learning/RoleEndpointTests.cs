using System.Net;
using NexusActors.Hosting;

namespace NexusActors.Learning;

public sealed class RoleEndpointTests(EmbeddedFixture service) : IClassFixture<EmbeddedFixture>
{
    private readonly string _path = $"/learning/roles/{Guid.NewGuid():N}";

    [Fact]
    public async Task Set_ThenGet_IsWhatWasDeclared()
    {
        await (await service.Learning.GetAsync(_path)).RefusedAsync(HttpStatusCode.NotFound, "not_found", "stream");

        (await service.Learning.PutAsync(_path, """{"known_before":["cpu*"],"known_after":["context.closed_by"]}""")).Ok();

        var roles = (await service.Learning.GetAsync(_path)).Ok();
        Assert.Equal(["stream", "known_before", "known_after", "timestamp"], roles.Names());
        Assert.Equal(("cpu*", "context.closed_by"), (roles.GetProperty("known_before")[0].GetString(), roles.GetProperty("known_after")[0].GetString()));
    }

    [Theory]
    [InlineData("""{"known_before":"cpu"}""", "known_before")]
    [InlineData("""{"known_after":["a..b"]}""", "known_after")]
    public async Task Set_Fault_IsNamed(string body, string field) => await (await service.Learning.PutAsync(_path, body)).RefusedAsync(HttpStatusCode.BadRequest, "invalid", field);
}
