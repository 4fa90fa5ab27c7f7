using System.Globalization;

namespace NexusActors.CrashAgent;

/// <summary>
/// How the work of a task turns out, written into its id so that an agent which lost its memory still knows:
/// <c>t00042-f2</c> fails twice and then succeeds, <c>t00042-x</c> fails for good, <c>t00042</c> succeeds at once.
/// </summary>
/// <param name="Failures">Attempts numbered up to this fail with an error that can be retried.</param>
/// <param name="Poison">Whether every attempt fails with an error that cannot be retried.</param>
internal readonly record struct TaskPlan(int Failures, bool Poison)
{
    public string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"t{number:D5}{(Poison ? "-x" : Failures > 0 ? $"-f{Failures}" : "")}");

    public static TaskPlan Of(string id)
    {
        var dash = id.LastIndexOf('-');
        return dash < 0 ? default
            : id[dash + 1] == 'x' ? new TaskPlan(0, true)
            : new TaskPlan(int.Parse(id.AsSpan(dash + 2), CultureInfo.InvariantCulture), false);
    }
}
