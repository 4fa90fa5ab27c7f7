using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Learning.Decisions;

namespace NexusActors.Learning;

/// <summary>Makes decisions: reads what is asked, asks what experience says, analyses, states a calibrated confidence, and lets a policy choose where one explores. It stores nothing.</summary>
internal sealed class DecisionMaker(IGrainFactory grains, IOutcomeEstimates estimates, LearningCompute compute)
{
    /// <summary>Actions × objectives up to which an analysis takes some milliseconds and is made where it is asked for.</summary>
    private const int CellsMax = 1_000;

    /// <summary>Decides.</summary>
    /// <exception cref="NexusException">The request is at fault, or every action breaks a constraint.</exception>
    public async Task<DecisionResult> MakeAsync(DecisionRequest request, CancellationToken cancellation)
    {
        var question = DecisionIntake.Read(request);
        Refuse(question.Faults);
        var calibration = await grains.GetGrain<IDecisionConfidenceGrain>(0).CalibrationAsync(request.ScenarioType, cancellation);
        var learned = await estimates.EstimateAsync(DecisionFacts.StreamOf(request), request.ContextJson, request.ActionsJson, cancellation);
        question = question with { Problem = LearnedOutcomes.Join(question.Problem, learned) with { BaseSuccess = calibration.BaseRate } };
        if (DecisionRules.Fault(question.Problem) is { } fault) { Refuse([fault]); }
        var analysis = await AnalyseAsync(question.Problem, cancellation);
        if (analysis.Chosen is null) { throw new NexusException(NexusError.Impossible, DecisionReport.Impossible(analysis), "constraints"); }
        var result = DecisionReport.Of(question, analysis, calibration);
        if (request.Mode != DecisionMode.Explore) { return result; }
        var policy = grains.GetGrain<IDecisionPolicyGrain>(DecisionFacts.PolicyOf(request));
        var draw = await policy.ChooseAsync(new(request.ContextJson, [.. analysis.Ranking.Select(ranked => ranked.Id)], analysis.Chosen), cancellation);
        return DecisionReport.WithPolicy(question, analysis, result, draw);
    }

    private static void Refuse(ImmutableArray<(string Field, string Message)> faults)
    {
        if (faults is [var first, ..]) { throw new NexusException(NexusError.Invalid, string.Join("; ", faults.Select(fault => $"{fault.Field} {fault.Message}")), first.Field); }
    }

    private Task<DecisionAnalysis> AnalyseAsync(DecisionProblem problem, CancellationToken cancellation) =>
        problem.Alternatives.Length * problem.Objectives.Length <= CellsMax
            ? Task.FromResult(DecisionEngine.Decide(problem, cancellation))
            : compute.RunAsync(token => DecisionEngine.Decide(problem, token), cancellation);
}
