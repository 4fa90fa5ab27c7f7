using System.Text.Json;
using NexusActors.Errors;
using NexusActors.Learning.Rules;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>Advises by the rules that are at hand in its silo.</summary>
[StatelessWorker, GrainType("rule-advice")]
internal sealed class RuleAdviceGrain(RulesAtHand atHand, RuleUsage usage, TimeProvider time) : Grain, IRuleAdviceGrain
{
    public Task<RuleAdvice> AdviseAsync(RuleAdviceRequest request, CancellationToken cancellation)
    {
        if (request.ActionsJson.Length is < 1 or > RuleAdviceLimits.ActionsMax) { throw new NexusException(NexusError.Invalid, $"{request.ActionsJson.Length} actions; 1 to {RuleAdviceLimits.ActionsMax} are allowed", "actions"); }
        var (rules, now) = (atHand.Of(request.Stream), time.GetUtcNow());
        if (rules.All.IsEmpty)
        {
            return Task.FromResult(new RuleAdvice { Actions = [.. request.ActionsJson.Select((_, index) => new ActionAdvice { Index = index })], Message = $"No rule of stream '{request.Stream}' is in force; the actions stand in the order in which they were given." });
        }
        var ranked = RuleAdvisor.Rank(rules, [.. request.ActionsJson.Select(action => Values(request, action, now))]);
        var part = RuleAdvisor.Part(rules, ranked);
        if (request.Acts) { usage.Count(request.Stream, part.Rules, now); }
        return Task.FromResult(new RuleAdvice
        {
            Actions = [.. ranked.Select(View)],
            BaseRate = rules.BaseRate,
            Rules = rules.All.Length,
            Effect = part.Effect switch { RuleEffect.Changed => AdviceEffect.Changed, RuleEffect.Confirmed => AdviceEffect.Confirmed, _ => AdviceEffect.Unchanged },
            Used = [.. part.Rules.Select(rule => rule.Id)],
            Message = RuleAdvisor.Said(ranked, part),
        });
    }

    private ExperienceValues Values(RuleAdviceRequest request, string action, DateTimeOffset now)
    {
        try { return atHand.Values(new() { Id = "", Stream = request.Stream, Timestamp = request.At ?? now, Success = false, ContextJson = request.ContextJson, ActionJson = action }); }
        catch (JsonException fault) { throw new NexusException(NexusError.Invalid, $"context or an action is not valid JSON: {fault.Message}", "context"); }
    }

    private static ActionAdvice View(AdvisedAction action) => new()
    {
        Index = action.Index,
        Success = action.Success,
        Low = action.Low,
        High = action.High,
        RestsOn = action.Speaks?.Id,
        Rules = [.. action.Rules.Select(rule => new AppliedRule
        {
            Id = rule.Id,
            Condition = rule.Text,
            Success = rule.Success,
            Support = rule.Counts.Support,
            SuccessRate = rule.Counts.Precision,
            SuccessLow = rule.Counts.Interval.Low,
            SuccessHigh = rule.Counts.Interval.High,
        })],
    };
}
