using System.Collections.Immutable;
using System.Text.Json;

namespace NexusActors.Learning.Decisions;

/// <summary>A request as <see cref="DecisionEngine"/> takes it.</summary>
/// <param name="Problem">Without what experience says; as far as it could be read, where there are faults.</param>
/// <param name="Names">Name of each action, distinct, in the order of the request; they are the ids of its alternatives.</param>
/// <param name="NotUnderstood">Constraints of no known shape, with the reason.</param>
/// <param name="Faults">What could not be read, each with the member as on the wire. Whether the problem can be decided (<see cref="DecisionRules"/>) also depends on what experience says.</param>
internal sealed record DecisionQuestion(
    DecisionProblem Problem, ImmutableArray<string> Names, ImmutableArray<UnappliedConstraint> NotUnderstood, ImmutableArray<(string Field, string Message)> Faults);

/// <summary>Reads requests. An action's attributes are those of its members that are numbers, words or booleans; its name is its <c>id</c>, <c>name</c>, <c>action_id</c> or <c>action_type</c>, the first that it has.</summary>
internal static class DecisionIntake
{
    private const int NameMax = 200;

    /// <summary>A constraint that says it is a bound and gives no number cannot be meant otherwise; other shapes may be meant for others who read them.</summary>
    private const string NoNumber = "must be a number";

    private static readonly string[] NameMembers = ["id", "name", "action_id", "action_type"];

    /// <summary>Reads one; JSON texts are objects.</summary>
    public static DecisionQuestion Read(DecisionRequest request)
    {
        var faults = ImmutableArray.CreateBuilder<(string Field, string Message)>();
        var alternatives = Alternatives(request.ActionsJson);
        var objectives = Objectives(request, faults);
        using var constraints = JsonDocument.Parse(request.ConstraintsJson);
        var (understood, not) = ConstraintGrammar.Parse(constraints.RootElement);
        faults.AddRange(not.Where(each => each.Reason == NoNumber).Select(each => ($"constraints.{each.Member}", NoNumber)));
        var problem = new DecisionProblem
        {
            Alternatives = alternatives,
            Objectives = objectives,
            Constraints = understood,
            Bounds = request.Bounds.GroupBy(pair => DecisionMatrix.Resolve(AttributeNames.Candidates(AttributeNames.Plain(pair.Key)), alternatives) ?? AttributeNames.Plain(pair.Key), StringComparer.Ordinal)
                .ToImmutableSortedDictionary(group => group.Key, group => new AttributeBounds(group.First().Value.Low, group.First().Value.High), StringComparer.Ordinal),
            Method = request.Method == RankingMethod.None ? RankingMethod.Spotis : request.Method,
            Missing = request.Missing == MissingRule.None ? MissingRule.Unknown : request.Missing,
            Urgency = request.Urgency,
            Complexity = request.Complexity,
            RiskTolerance = request.RiskTolerance,
        };
        return new(problem, [.. alternatives.Select(alternative => alternative.Id)], [.. not.Select(each => new UnappliedConstraint(each.Member, each.Reason))], faults.ToImmutable());
    }

    private static ImmutableArray<DecisionAlternative> Alternatives(ImmutableArray<string> actions)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var alternatives = ImmutableArray.CreateBuilder<DecisionAlternative>(actions.Length);
        for (var i = 0; i < actions.Length; i++)
        {
            using var action = JsonDocument.Parse(actions[i]);
            var name = Name(action.RootElement) ?? $"action {i + 1}";
            var free = name;
            // Two actions of one type are two actions.
            for (var number = i + 1; !taken.Add(free); number++) { free = $"{name} #{number}"; }
            alternatives.Add(new(free) { Attributes = Attributes(action.RootElement) });
        }
        return alternatives.MoveToImmutable();
    }

    private static string? Name(JsonElement action)
    {
        foreach (var member in NameMembers)
        {
            if (!action.TryGetProperty(member, out var value)) { continue; }
            var name = value.ValueKind switch { JsonValueKind.String => value.GetString()!.Trim(), JsonValueKind.Number => value.GetRawText(), _ => "" };
            if (name.Length is > 0 and <= NameMax) { return name; }
        }
        return null;
    }

    private static ImmutableSortedDictionary<string, AttributeValue> Attributes(JsonElement action)
    {
        var attributes = ImmutableSortedDictionary.CreateBuilder<string, AttributeValue>(StringComparer.Ordinal);
        foreach (var member in action.EnumerateObject())
        {
            var name = AttributeNames.Plain(member.Name);
            if (ConstraintGrammar.Value(member.Value) is { } value && (name == member.Name || !attributes.ContainsKey(name))) { attributes[name] = value; }
        }
        return attributes.ToImmutable();
    }

    private static ImmutableArray<DecisionObjective> Objectives(DecisionRequest request, ImmutableArray<(string, string)>.Builder faults)
    {
        var objectives = ImmutableArray.CreateBuilder<DecisionObjective>(request.Objectives.Length);
        for (var i = 0; i < request.Objectives.Length; i++)
        {
            if (DecisionObjective.Parse(request.Objectives[i]) is { } objective) { objectives.Add(objective); }
            else { faults.Add(($"objectives[{i}]", "must be minimize_X or maximize_X, X an attribute of the actions, such as minimize_cost")); }
        }
        foreach (var (name, weight) in request.Weights)
        {
            var plain = AttributeNames.Plain(name);
            var meant = objectives.Where(objective => objective.Name == plain || objective.Name.EndsWith("_" + plain, StringComparison.Ordinal) && objective.Candidates.Contains(plain)).ToArray();
            if (meant.Length == 0) { faults.Add(($"weights.{name}", $"must be named like one of the objectives: {string.Join(", ", objectives.Select(objective => objective.Name))}")); }
            foreach (var objective in meant) { objectives[objectives.IndexOf(objective)] = objective with { Weight = weight }; }
        }
        return objectives.ToImmutable();
    }
}
