using System.Collections.Immutable;
using NexusActors.Learning.Rules;

namespace NexusActors.Coordination;

/// <summary>What adaptation rules say of agents in the situation of a task; at hand, nobody waits for it.</summary>
internal interface ITaskRules
{
    /// <summary>Whether a rule may hold for tasks of a type; if not, none needs to be looked into.</summary>
    bool Know(TaskType type);

    /// <summary>What those that hold say of a task that waits; null: none holds.</summary>
    SituationRules? Of(TaskView waiting, DateTimeOffset now);

    /// <summary>Counts rules that had a part in an assignment that was made.</summary>
    void Used(TaskType type, ImmutableArray<RuleStatement> rules, DateTimeOffset at);
}

/// <summary>Where nothing is learned.</summary>
internal sealed class NoTaskRules : ITaskRules
{
    /// <inheritdoc/>
    public bool Know(TaskType type) => false;

    /// <inheritdoc/>
    public SituationRules? Of(TaskView waiting, DateTimeOffset now) => null;

    /// <inheritdoc/>
    public void Used(TaskType type, ImmutableArray<RuleStatement> rules, DateTimeOffset at)
    {
    }
}
