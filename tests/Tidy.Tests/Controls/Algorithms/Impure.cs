namespace NexusActors.Tidy.Controls;

/// <summary>Everything that an algorithm may not do, to see that the rule notices.</summary>
internal static class Impure
{
    public static DateTimeOffset Clock() => DateTimeOffset.UtcNow;

    public static DateTimeOffset InjectedClock(TimeProvider time) => time.GetUtcNow();

    public static int Chance() => Random.Shared.Next();

    public static int UnseededChance() => new Random().Next();

    public static Task Deferred() => Task.CompletedTask;

    public static IEnumerable<string> InsideAnIterator(string path)
    {
        foreach (var line in File.ReadLines(path)) { yield return line; }
    }

    public static Func<int> InsideALambda() => () => Environment.ProcessId;

    public static int Pure(Random random, DateTimeOffset now) => random.Next() + now.Hour + new Random(1).Next();
}
