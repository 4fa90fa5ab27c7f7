using System.Collections.Immutable;
using System.Text.Json;

namespace NexusActors.Learning.Decisions;

/// <summary>
/// Reads the open object <c>constraints</c>. X is a word as in objectives (<see cref="AttributeNames.Candidates"/>), whatever its case.
/// <code>
/// "max_X": n  "X_max": n  "X_limit": n  "maximum_X": n        X ≤ n
/// "min_X": n  "X_min": n  "minimum_X": n                      X ≥ n
/// "budget": n                                                 cost ≤ n
/// "X": value  "required_X": value                             X equals it
/// "X": [values]  "allowed_X": [values]                        X is one of them
/// "forbidden_X": value or [values]  "excluded_X"  "not_X"     X is none of them
/// "X": {"min": n, "max": n, "equals": value, "one_of": [values], "none_of": [values]}   also gte, lte, eq, in, not, not_in
/// </code>
/// Values are numbers, words and booleans (1 and 0); null is no constraint.
/// </summary>
internal static class ConstraintGrammar
{
    private static readonly string[] MaxPrefixes = ["max_", "maximum_"];
    private static readonly string[] MaxSuffixes = ["_max", "_limit", "_maximum"];
    private static readonly string[] MinPrefixes = ["min_", "minimum_"];
    private static readonly string[] MinSuffixes = ["_min", "_minimum"];
    private static readonly string[] OneOfPrefixes = ["allowed_", "required_"];
    private static readonly string[] NoneOfPrefixes = ["forbidden_", "excluded_", "not_"];

    /// <summary>Reads every member.</summary>
    /// <param name="constraints">A JSON object.</param>
    /// <returns>The constraints, and the members that have none of the shapes above, with the reason; whether those are an error is the caller's to say.</returns>
    public static (ImmutableArray<DecisionConstraint> Constraints, ImmutableArray<(string Member, string Reason)> NotUnderstood) Parse(JsonElement constraints)
    {
        var read = ImmutableArray.CreateBuilder<DecisionConstraint>();
        var not = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var member in constraints.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null) { continue; }
            var (constraint, reason) = Member(member.Name, member.Value);
            if (constraint is null) { not.Add((member.Name, reason)); }
            else { read.Add(constraint); }
        }
        return (read.ToImmutable(), not.ToImmutable());
    }

    /// <summary>A number, a word or a boolean as 1 or 0; null: none of them.</summary>
    public static AttributeValue? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => 1d,
        JsonValueKind.False => 0d,
        _ => null,
    };

    private static (DecisionConstraint? Constraint, string Reason) Member(string member, JsonElement value)
    {
        var name = AttributeNames.Plain(member);
        if (name == "budget" && value.ValueKind != JsonValueKind.Object) { return Bound(member, name, value, max: true); }
        if (Stem(name, MaxPrefixes, MaxSuffixes) is { } most) { return Bound(member, most, value, max: true); }
        if (Stem(name, MinPrefixes, MinSuffixes) is { } least) { return Bound(member, least, value, max: false); }
        if (Stem(name, NoneOfPrefixes, []) is { } forbidden) { return Set(new(member, Plurals(forbidden)), value, none: true); }
        if (Stem(name, OneOfPrefixes, []) is { } allowed) { return Set(new(member, Plurals(allowed)), value, none: false); }
        var constraint = new DecisionConstraint(member, name == "budget" ? AttributeNames.Candidates(name) : Exact(name));
        return value.ValueKind == JsonValueKind.Object ? Operators(constraint, value) : Set(constraint, value, none: false);
    }

    private static string? Stem(string name, string[] prefixes, string[] suffixes) =>
        prefixes.FirstOrDefault(prefix => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal)) is { } before ? name[before.Length..]
        : suffixes.FirstOrDefault(suffix => name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal)) is { } after ? name[..^after.Length]
        : null;

    /// <summary>A member that is an attribute's own name means that attribute before any other.</summary>
    private static ImmutableArray<string> Exact(string name) => [name, .. AttributeNames.Candidates(name).Where(candidate => candidate != name)];

    private static ImmutableArray<string> Plurals(string name) => name.EndsWith('s') ? [.. Exact(name), .. Exact(name[..^1])] : Exact(name);

    private static (DecisionConstraint?, string) Bound(string member, string stem, JsonElement value, bool max) =>
        Value(value)?.Number is { } number && value.ValueKind == JsonValueKind.Number
            ? (new DecisionConstraint(member, AttributeNames.Candidates(stem)) { Max = max ? number : null, Min = max ? null : number }, "")
            : (null, "must be a number");

    private static (DecisionConstraint?, string) Set(DecisionConstraint constraint, JsonElement value, bool none) =>
        Values(value) is not { } values ? (null, "must be a number, a word, or a list of them")
        : none ? (constraint with { NoneOf = [.. constraint.NoneOf, .. values] }, "")
        : (constraint with { OneOf = values }, "");

    private static ImmutableArray<AttributeValue>? Values(JsonElement value)
    {
        AttributeValue?[] values = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Value)] : [Value(value)];
        return values.Length > 0 && values.All(each => each is not null) ? [.. values.Select(each => each!.Value)] : null;
    }

    private static (DecisionConstraint?, string) Operators(DecisionConstraint constraint, JsonElement operators)
    {
        var result = constraint;
        foreach (var member in operators.EnumerateObject())
        {
            var number = member.Value.ValueKind == JsonValueKind.Number ? Value(member.Value)?.Number : null;
            (DecisionConstraint? Next, string Reason) step = AttributeNames.Plain(member.Name) switch
            {
                "max" or "lte" or "maximum" => number is null ? (null, $"'{member.Name}' must be a number") : (result with { Max = number }, ""),
                "min" or "gte" or "minimum" => number is null ? (null, $"'{member.Name}' must be a number") : (result with { Min = number }, ""),
                "equals" or "eq" or "one_of" or "in" => Set(result, member.Value, none: false),
                "none_of" or "not" or "not_in" => Set(result, member.Value, none: true),
                _ => (null, $"'{member.Name}' is none of min, max, equals, one_of, none_of"),
            };
            if (step.Next is null) { return step; }
            result = step.Next;
        }
        return result == constraint ? (null, "is an empty object") : (result, "");
    }
}
