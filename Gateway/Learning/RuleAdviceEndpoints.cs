using NexusActors.Http;

namespace NexusActors.Learning;

/// <summary>Advice by adaptation rules over HTTP.</summary>
internal static class RuleAdviceEndpoints
{
    /// <summary>Maps the route.</summary>
    public static void MapRuleAdvice(this RouteGroupBuilder api) =>
        api.MapPost("/learning/adaptation-rules/advice", AdviseAsync).Takes<RuleAdviceBody>()
            .Named("AdviseByRules", "Order actions by what the rules in force say of them", "The likeliest to turn out well first, each with the rules that hold. The first action given is what would be done without rules. Unless acts is false, rules that changed or confirmed what comes first are counted as used.")
            .Refuses(400, 413, 415);

    private static async Task<JsonReply<RuleAdviceResponse>> AdviseAsync(HttpContext http, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        var request = await JsonBody.ReadAsync(http, Read);
        var advice = await grains.GetGrain<IRuleAdviceGrain>(0).AdviseAsync(request, cancellation);
        return new(RuleAdviceResponse.From(request, advice, time.GetUtcNow()), RuleAdviceJson.Wire.RuleAdviceResponse);
    }

    private static RuleAdviceRequest Read(JsonInput input)
    {
        var actions = input.List("actions", RuleAdviceLimits.ActionsMax, required: true, static (element, path, faults) => JsonInput.Of(element, path, faults).Source(), "actions");
        if (input.Has("actions") && actions.IsEmpty) { input.Fault("actions", $"a list of 1–{RuleAdviceLimits.ActionsMax} actions"); }
        return new()
        {
            Stream = input.Word("stream") ?? LearningInput.DefaultStream,
            ContextJson = input.OpenObject("context") ?? "{}",
            ActionsJson = actions,
            At = input.Time("at"),
            Acts = input.Flag("acts") ?? true,
        };
    }
}
