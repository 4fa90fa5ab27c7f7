using NexusActors.Learning.Rules;

namespace NexusActors.Coordination;

/// <summary>Who gets a task, and why.</summary>
/// <param name="Seat">Gets it.</param>
/// <param name="Type">Of the task.</param>
/// <param name="Preferred">Whom experience prefers; null: it has no opinion.</param>
/// <param name="IsLeastLoaded">Whether that is the least loaded.</param>
/// <param name="Why">The reasons, JSON text.</param>
internal sealed record SeatChoice(AgentSeat Seat, TaskType Type, SeatPreference? Preferred, bool IsLeastLoaded, string Why);

/// <summary>Says which passive agent gets a task: the least loaded, or whom experience prefers.</summary>
internal sealed class SeatChooser(QueueScope scope)
{
    /// <summary>Whether rules may have a say, so that the task must be looked into.</summary>
    public bool MayBeRuled(WaitingTask task) => scope.Options.Fit != FitMode.Off && WireNames.ToTaskType(task.Needs.Type) is { } type && scope.Rules.Know(type);

    /// <summary>Chooses for a task that somebody can be offered.</summary>
    /// <param name="seats">Passive agents.</param>
    /// <param name="bid">Their bid.</param>
    /// <param name="task">The task.</param>
    /// <param name="state">The same as it was read; null: not yet, and rules are not asked.</param>
    /// <param name="agents">How many agents the queue has.</param>
    public SeatChoice Choose(AgentSeat[] seats, SeatsBid bid, WaitingTask task, TaskState? state, int agents)
    {
        var leastLoaded = bid.LeastLoaded(task.Needs)!;
        var type = WireNames.ToTaskType(task.Needs.Type);
        SeatPreference? preferred = null;
        if (scope.Options.Fit != FitMode.Off && type is { } known)
        {
            var rules = state is not null && scope.Rules.Know(known) ? scope.Rules.Of(state.View, scope.Now()) : null;
            preferred = RuledChoice.Best(seats, task.Needs, seat => scope.Fit.Expect(seat.AgentId, seat.Presence.Profile.Type, known), rules);
        }
        var byFit = scope.Options.Fit == FitMode.On && preferred is not null;
        var chosen = byFit ? preferred!.Seat : leastLoaded;
        return new(chosen, type ?? default, preferred, preferred?.Seat == leastLoaded, Why(seats, chosen, byFit, preferred, task, agents));
    }

    /// <summary>Counts an assignment that is on disk. In shadow no rule had a part in it.</summary>
    public void Given(SeatChoice choice)
    {
        if (choice.Preferred is not { } preferred) { return; }
        scope.Metrics.Fit(choice.IsLeastLoaded);
        if (preferred.Part.Effect == RuleEffect.None) { return; }
        scope.Metrics.Ruled(preferred.Part.Effect);
        if (scope.Options.Fit == FitMode.On) { scope.Rules.Used(choice.Type, preferred.Part.Rules, scope.Now()); }
    }

    private string Why(AgentSeat[] seats, AgentSeat chosen, bool byFit, SeatPreference? preferred, WaitingTask task, int agents)
    {
        var runnerUp = new SeatsBid([.. seats.Where(seat => seat != chosen)]).LeastLoaded(task.Needs);
        var part = preferred?.Part ?? RulePart.None;
        var byRules = byFit && part.Effect == RuleEffect.Changed;
        var data = new EventData()
            .With("policy", byRules ? "rules" : byFit ? "fit" : "least_loaded")
            .With("reason", byRules ? "least expected time until it is done, with what rules say of agents in this situation; among those about as good, the smallest share of its capacity in use"
                : byFit ? "least expected time until it is done; among those about as good, the smallest share of its capacity in use"
                : "smallest share of its capacity in use among those who can do it")
            .With("effective_priority", task.Level).With("waited_seconds", TimeSpan.FromTicks(Math.Max(0, scope.Now().UtcTicks - task.ReadySince)).TotalSeconds)
            .With("agents_seen", agents).With("candidates", seats.Count(seat => seat == chosen || seat.CanBeOffered(task.Needs)))
            .With("load_share", chosen.Share).With("runner_up", runnerUp?.AgentId).With("runner_up_load_share", runnerUp?.Share)
            .With("fit_prefers", preferred?.ByFit.AgentId).With("fit_success", preferred?.Fit.Success).With("fit_seconds", preferred?.Fit.MedianSeconds).With("fit_rests_on", preferred?.Fit.Level.ToString());
        if (preferred is { Part.Effect: not RuleEffect.None })
        {
            data = data.With("rules_prefer", preferred.Seat.AgentId).With("rules_success", preferred.Expected.Success).With("rules_effect", part.Effect == RuleEffect.Changed ? "changed" : "confirmed")
                .With("rule_ids", part.Rules.Select(rule => rule.Id)).With("rule_conditions", part.Rules.Select(rule => rule.Text));
        }
        return data.Json();
    }
}
