namespace NexusActors.Learning.Decisions;

/// <summary>What a problem must be to be decided.</summary>
internal static class DecisionRules
{
    public const int AlternativesMax = DecisionLimits.ActionsMax;
    public const int ObjectivesMax = DecisionLimits.ObjectivesMax;

    /// <summary>Numbers above this cannot be squared twice without overflow.</summary>
    public const double NumberMax = 1e60;

    /// <summary>Ranges below this are no range.</summary>
    public const double RangeMin = 1e-60;

    /// <summary>The first fault, with the member at fault as on the wire; null where there is none.</summary>
    public static (string Field, string Message)? Fault(DecisionProblem problem)
    {
        if (problem.Alternatives.Length is 0 or > AlternativesMax) { return ("available_actions", $"must be 1 to {AlternativesMax}, not {problem.Alternatives.Length}"); }
        if (problem.Objectives.Length is 0 or > ObjectivesMax) { return ("objectives", $"must be 1 to {ObjectivesMax}, not {problem.Objectives.Length}"); }
        return Shares(problem) ?? problem.Alternatives.Select(Alternative).FirstOrDefault(fault => fault is not null) ?? Ids(problem) ?? Objectives(problem) ?? Bounds(problem) ?? Constraints(problem);
    }

    private static (string, string)? Shares(DecisionProblem problem) =>
        Share(problem.Urgency, "urgency") ?? Share(problem.Complexity, "complexity") ?? Share(problem.RiskTolerance, "risk_tolerance") ?? Share(problem.BaseSuccess ?? 0, "base_success");

    private static (string, string)? Share(double value, string field) => value is >= 0 and <= 1 ? null : (field, "must be a number from 0 to 1");

    private static (string, string)? Alternative(DecisionAlternative alternative)
    {
        if (string.IsNullOrWhiteSpace(alternative.Id)) { return ("available_actions", "has an action without a name"); }
        var field = $"available_actions['{alternative.Id}']";
        foreach (var (name, value) in alternative.Attributes)
        {
            if (value.Number is { } number ? !IsNumber(number) : value.Word is null) { return ($"{field}.{name}", $"must be a word, or a finite number of at most {NumberMax}"); }
        }
        foreach (var (name, estimate) in alternative.Learned)
        {
            if (!IsNumber(estimate.Mean) || !IsNumber(estimate.StandardDeviation) || estimate.StandardDeviation < 0) { return ($"{field}.{name}", "has an estimate that is no number, or a standard deviation below 0"); }
        }
        return Share(alternative.SuccessProbability ?? 0, $"{field}.success_probability");
    }

    private static (string, string)? Ids(DecisionProblem problem) =>
        problem.Alternatives.GroupBy(alternative => alternative.Id, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice ? ("available_actions", $"names '{twice.Key}' twice") : null;

    private static (string, string)? Objectives(DecisionProblem problem)
    {
        foreach (var objective in problem.Objectives)
        {
            if (!IsNumber(objective.Weight) || objective.Weight < 0) { return ("objectives", $"gives '{objective.Name}' a weight that is negative or no number"); }
        }
        if (problem.Objectives.Any(objective => DecisionMatrix.Resolve(objective.Candidates, problem.Alternatives) is not null)) { return null; }
        var stated = problem.Alternatives.SelectMany(alternative => alternative.Attributes.Where(pair => pair.Value.Number is not null).Select(pair => pair.Key)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(10).ToArray();
        return ("objectives", $"speak of no attribute that any action states as a number; stated are: {(stated.Length == 0 ? "none" : string.Join(", ", stated))}");
    }

    private static (string, string)? Bounds(DecisionProblem problem)
    {
        foreach (var (attribute, bounds) in problem.Bounds)
        {
            if (!IsNumber(bounds.Low) || !IsNumber(bounds.High) || !(bounds.High - bounds.Low >= RangeMin)) { return ($"bounds.{attribute}", "must be two numbers, the first below the second"); }
        }
        return null;
    }

    private static (string, string)? Constraints(DecisionProblem problem)
    {
        foreach (var constraint in problem.Constraints)
        {
            if (!IsNumber(constraint.Min ?? 0) || !IsNumber(constraint.Max ?? 0)) { return ($"constraints.{constraint.Name}", "must be a finite number"); }
            if (constraint.Min > constraint.Max) { return ($"constraints.{constraint.Name}", "has a minimum above its maximum"); }
        }
        return null;
    }

    private static bool IsNumber(double number) => Math.Abs(number) <= NumberMax;
}
