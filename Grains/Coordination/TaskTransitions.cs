namespace NexusActors.Coordination;

/// <summary>The next state of a task.</summary>
internal static class TaskTransitions;
