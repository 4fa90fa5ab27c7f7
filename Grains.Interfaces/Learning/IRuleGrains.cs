using System.Collections.Immutable;
using Orleans.Concurrency;

namespace NexusActors.Learning;

/// <summary>The adaptation rules of one stream, by its name: induced from its experiences, moved by what comes after, kept or stopped by people.</summary>
[GrainInterfaceType("nexus.stream-rules"), Alias("nexus.IStreamRulesGrain")]
public interface IStreamRulesGrain : IGrainWithStringKey
{
    /// <summary>Compares the rules with the experiences that came since, and begins to induce where that is due. Called now and then by the service itself.</summary>
    [AlwaysInterleave, Alias("Follow")] Task FollowAsync(CancellationToken cancellation = default);

    /// <summary>Induces now, or joins what is under way; answers when it has ended. What is new is a candidate, what was known stays as it is.</summary>
    [ResponseTimeout("00:05:00"), AlwaysInterleave, Alias("Induce")] Task<RuleInduction> InduceAsync(CancellationToken cancellation = default);

    /// <summary>Forgets the rules that name a word, because experiences were removed, and begins to induce from what is left. How often the others held stays counted.</summary>
    /// <param name="word">A pseudonym; null: none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many were forgotten.</returns>
    [ResponseTimeout("00:05:00"), AlwaysInterleave, Alias("Forget")] Task<int> ForgetAsync(string? word, CancellationToken cancellation = default);

    /// <summary>A person's word on a rule of this stream: pinned keeps it in force, disabled out of it; null leaves a flag as it is. Null where there is no such rule.</summary>
    [AlwaysInterleave, Alias("Set")] Task<AdaptationRule?> SetAsync(string id, bool? pinned, bool? disabled, CancellationToken cancellation = default);

    /// <summary>Adds choices that rules of this stream have changed or confirmed; rules that are not there any more are passed over. A repeat counts them again.</summary>
    [AlwaysInterleave, Alias("Use")] Task UseAsync(ImmutableArray<RuleUse> uses, CancellationToken cancellation = default);
}

/// <summary>Choices that one rule has changed or confirmed.</summary>
/// <param name="RuleId">Which rule.</param>
/// <param name="Count">How many choices.</param>
/// <param name="LastAt">The last of them.</param>
[GenerateSerializer, Immutable, Alias("nexus.RuleUse")]
public sealed record RuleUse([property: Id(0)] string RuleId, [property: Id(1)] long Count, [property: Id(2)] DateTimeOffset LastAt);

/// <summary>Reads the rules of all streams, straight from the ledger (stateless, any key).</summary>
[GrainInterfaceType("nexus.rules"), Alias("nexus.IRuleCatalogGrain")]
public interface IRuleCatalogGrain : IGrainWithIntegerKey
{
    /// <summary>Reads one; null where there is none.</summary>
    [ReadOnly, Alias("Get")] Task<AdaptationRule?> GetAsync(string id, CancellationToken cancellation = default);

    /// <summary>Those that a filter lets through, in force first, then by confidence.</summary>
    [ReadOnly, Alias("List")] Task<RulePage> ListAsync(RuleFilter filter, CancellationToken cancellation = default);
}

/// <summary>Which rules to read.</summary>
[GenerateSerializer, Immutable, Alias("nexus.RuleFilter")]
public sealed record RuleFilter
{
    /// <summary>Of this stream; null: of all.</summary>
    [Id(0)] public string? Stream { get; init; }
    /// <summary>That stand there; None: all but the retired.</summary>
    [Id(1)] public RuleStatus Status { get; init; }
    /// <summary>How many at most.</summary>
    [Id(2)] public int Limit { get; init; } = 1_000;
}

/// <summary>Rules that were read.</summary>
/// <param name="Rules">At most as many as asked for.</param>
/// <param name="Count">How many there are.</param>
[GenerateSerializer, Immutable, Alias("nexus.RulePage")]
public sealed record RulePage([property: Id(0)] ImmutableArray<AdaptationRule> Rules, [property: Id(1)] int Count);

/// <summary>What came of inducing.</summary>
/// <param name="Experiences">Experiences that it learned from.</param>
/// <param name="Found">Rules that were found in them.</param>
/// <param name="Added">Those of them that were not known yet.</param>
/// <param name="Message">For people.</param>
[GenerateSerializer, Immutable, Alias("nexus.RuleInduction")]
public sealed record RuleInduction([property: Id(0)] int Experiences, [property: Id(1)] int Found, [property: Id(2)] int Added, [property: Id(3)] string Message);
