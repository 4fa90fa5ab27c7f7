using System.Collections.Immutable;
using CsCheck;

namespace NexusActors.Learning.Decisions;

/// <summary>Problems for tests.</summary>
internal static class DecisionSamples
{
    public static readonly Gen<RankingMethod> Methods = Gen.OneOf<RankingMethod>(Rankings.Methods);

    /// <summary>Numbers of which many are equal; none so near to another that a change of units makes them equal.</summary>
    private static readonly Gen<double> Values = Gen.Frequency((1, Gen.Double[0, 100].Select(value => Math.Round(value, 3))), (2, Gen.Int[0, 10].Select(tens => tens * 10.0)));

    /// <summary>Weights of which some are zero.</summary>
    private static readonly Gen<double> Weights = Gen.Frequency((1, Gen.Const(0.0)), (4, Gen.Double[0.1, 5]));

    /// <summary>Complete problems with declared bounds 0–100 and nothing learned.</summary>
    public static readonly Gen<DecisionProblem> Complete = Problems(Values.Select(value => (double?)value), Gen.Const((LearnedEstimate?)null), Gen.Const((double?)null), Gen.Const(true));

    /// <summary>Problems in which attributes, estimates, chances of success and bounds are there or not.</summary>
    public static readonly Gen<DecisionProblem> Any = Problems(
        Gen.Frequency((1, Gen.Const((double?)null)), (4, Values.Select(value => (double?)value))),
        Gen.Frequency((2, Gen.Const((LearnedEstimate?)null)), (1, Gen.Select(Values, Values).Select((mean, deviation) => (LearnedEstimate?)new LearnedEstimate(mean, deviation / 4)))),
        Gen.Frequency((1, Gen.Const((double?)null)), (1, Gen.Double[0, 1].Select(chance => (double?)chance))),
        Gen.Bool);

    /// <summary>The same without estimates.</summary>
    public static readonly Gen<DecisionProblem> Stated = Any.Select(problem => problem with { Alternatives = [.. problem.Alternatives.Select(alternative => alternative with { Learned = alternative.Learned.Clear() })] })
        .Where(problem => DecisionRules.Fault(problem) is null);

    /// <summary>Bounds of every attribute of these.</summary>
    public static readonly ImmutableSortedDictionary<string, AttributeBounds> AllDeclared = Bounds([.. Enumerable.Range(0, 4).Select(j => (Attribute(j), 0.0, 100.0))]);

    public static DecisionAlternative Action(string id, params (string Name, AttributeValue Value)[] attributes) =>
        new(id) { Attributes = attributes.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal) };

    public static DecisionObjective Objective(string text, double weight = 1) => DecisionObjective.Parse(text, weight) ?? throw new ArgumentException(text);

    public static ImmutableSortedDictionary<string, AttributeBounds> Bounds(params (string Name, double Low, double High)[] bounds) =>
        bounds.ToImmutableSortedDictionary(each => each.Name, each => new AttributeBounds(each.Low, each.High), StringComparer.Ordinal);

    /// <summary>Three actions with a plain trade-off: cheap and slow, dear and fast, dear and slow.</summary>
    public static DecisionProblem Servers() => new()
    {
        Alternatives =
        [
            Action("restart", ("estimated_cost", 100), ("estimated_latency", 80), ("action_type", "restart")),
            Action("scale_up", ("estimated_cost", 400), ("estimated_latency", 20), ("action_type", "scale")),
            Action("rebuild", ("estimated_cost", 900), ("estimated_latency", 90), ("action_type", "rebuild")),
        ],
        Objectives = [Objective("minimize_cost"), Objective("minimize_latency")],
        Bounds = Bounds(("estimated_cost", 0, 1000), ("estimated_latency", 0, 100)),
    };

    public static DecisionProblem With(this DecisionProblem problem, int alternative, DecisionAlternative changed) =>
        problem with { Alternatives = problem.Alternatives.SetItem(alternative, changed) };

    public static string Attribute(int number) => $"x{number}";

    private static Gen<DecisionProblem> Problems(Gen<double?> values, Gen<LearnedEstimate?> estimates, Gen<double?> chances, Gen<bool> declared) =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 4]).SelectMany((alternatives, criteria) => Gen.Select(
            values.Array[criteria].Array[alternatives], estimates.Array[criteria].Array[alternatives], chances.Array[alternatives],
            Gen.Select(Gen.Bool, Weights, declared).Array[criteria], Gen.Double[0, 1].Array[3])
            .Select((stated, learned, success, objectives, attitude) => new DecisionProblem
            {
                Alternatives = [.. stated.Select((row, i) => Alternative(i, row, learned[i], success[i]))],
                Objectives = [.. objectives.Select((each, j) => Objective($"{(each.Item1 ? "maximize" : "minimize")}_{Attribute(j)}", each.Item2))],
                Bounds = Bounds([.. objectives.Select((each, j) => (Declared: each.Item3, Attribute: Attribute(j))).Where(each => each.Declared).Select(each => (each.Attribute, 0.0, 100.0))]),
                Urgency = attitude[0],
                Complexity = attitude[1],
                RiskTolerance = attitude[2],
            }))
        .Where(problem => DecisionRules.Fault(problem) is null);

    private static DecisionAlternative Alternative(int i, double?[] stated, LearnedEstimate?[] learned, double? success) => new($"a{i}")
    {
        Attributes = stated.Select((value, j) => (value, j)).Where(each => each.value is not null).ToImmutableSortedDictionary(each => Attribute(each.j), each => (AttributeValue)each.value!.Value, StringComparer.Ordinal),
        Learned = learned.Select((estimate, j) => (estimate, j)).Where(each => each.estimate is not null).ToImmutableSortedDictionary(each => Attribute(each.j), each => each.estimate!.Value, StringComparer.Ordinal),
        SuccessProbability = success,
    };
}
