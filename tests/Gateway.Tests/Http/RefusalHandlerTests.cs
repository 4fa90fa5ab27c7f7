using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NexusActors.Errors;

namespace NexusActors.Http;

public sealed class RefusalHandlerTests
{
    private static Problem Translate(Exception exception) => RefusalHandler.Translate(exception, DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData(NexusError.Invalid, 400, "invalid"), InlineData(NexusError.NotFound, 404, "not_found"), InlineData(NexusError.AlreadyExists, 400, "already_exists"),
        InlineData(NexusError.LeaseLost, 409, "lease_lost"), InlineData(NexusError.WrongState, 409, "wrong_state"), InlineData(NexusError.Impossible, 422, "impossible"),
        InlineData(NexusError.KeyReused, 422, "key_reused"), InlineData(NexusError.LimitReached, 429, "limit_reached"), InlineData(NexusError.StorageUnavailable, 503, "unavailable")]
    public void Translate_Refusal_HasItsStatusAndCode(NexusError error, int status, string code)
    {
        var problem = Translate(new NexusException(error, "why", "member"));
        Assert.Equal((status, code, "why", "why", "member"), (problem.Status, problem.Code, problem.Detail, problem.Error, problem.Field));
        Assert.Equal(status is 429 or 503, problem.RetryAfter is not null);
    }

    [Fact]
    public void Translate_EveryRefusal_IsKnown() =>
        Assert.All(Enum.GetValues<NexusError>().Where(error => error != NexusError.None), error => Assert.NotEqual(500, ProblemCodes.Of(error).Status));

    [Fact]
    public void Translate_Unreachable_Is503WithRetryAfterAndNoInnards()
    {
        foreach (var exception in new Exception[] { new TimeoutException("inner text"), new SiloUnavailableException("inner text"), new OrleansException("inner text"), new OperationCanceledException("inner text") })
        {
            var problem = Translate(exception);
            Assert.Equal((503, "unavailable"), (problem.Status, problem.Code));
            Assert.NotNull(problem.RetryAfter);
            Assert.DoesNotContain("inner text", problem.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Translate_Bug_Is500WithoutInnards()
    {
        var problem = Translate(new InvalidOperationException("inner text"));
        Assert.Equal((500, "internal"), (problem.Status, problem.Code));
        Assert.DoesNotContain("inner text", JsonSerializer.Serialize(problem, HttpJson.Wire.Problem), StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_TooLargeBody_Is413() => Assert.Equal((413, "too_large"), (Translate(new BadHttpRequestException("x", 413)) is var problem ? problem.Status : 0, problem.Code));
}
