using System.Net;
using System.Text.Json;

namespace NexusActors.Http;

/// <summary>What every error answer must be.</summary>
internal static class ProblemAssert
{
    /// <summary>The answer is a well-formed problem of that status and code; returns it.</summary>
    public static async Task<JsonElement> IsAsync(HttpResponseMessage answer, HttpStatusCode status, string code, string? field = null)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)status} expected, {(int)answer.StatusCode} got: {text}");
        var problem = WellFormed(answer, text);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        if (field is not null)
        {
            Assert.Equal(field, problem.GetProperty("field").GetString());
            Assert.NotEmpty(problem.GetProperty("errors").GetProperty(field).EnumerateArray());
        }
        return problem;
    }

    /// <summary>The answer is a well-formed problem; returns it.</summary>
    public static JsonElement WellFormed(HttpResponseMessage answer, string text)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        Assert.Equal(problem.GetProperty("detail").GetString(), problem.GetProperty("error").GetString());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.Equal("urn:nexus:problem:" + problem.GetProperty("code").GetString(), problem.GetProperty("type").GetString());
        Assert.True(problem.TryGetProperty("timestamp", out _));
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        return problem;
    }
}
