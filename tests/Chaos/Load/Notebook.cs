using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace NexusActors.Chaos.Load;

/// <summary>What kind of caller: gaps are told for each.</summary>
internal enum KeyKind
{
    /// <summary>Submits into one queue.</summary>
    Queue,
    /// <summary>Signs of life of one agent, many each second.</summary>
    Agent,
    /// <summary>Reads of tasks.</summary>
    Read,
    /// <summary>Agents at work, which also fall silent of themselves: their gaps say nothing.</summary>
    Work,
}

/// <summary>One HTTP request.</summary>
/// <param name="Start">Seconds of the run.</param>
/// <param name="End">Seconds of the run.</param>
/// <param name="Failure">Null: answered; otherwise why it failed.</param>
internal readonly record struct Attempt(double Start, double End, string? Failure);

/// <summary>One operation with all its requests.</summary>
/// <param name="Start">Of the first request, seconds of the run.</param>
/// <param name="End">Of the last one.</param>
/// <param name="Tries">How many it took.</param>
/// <param name="Succeeded">Whether the last one was answered.</param>
internal readonly record struct Operation(double Start, double End, int Tries, bool Succeeded);

/// <summary>Everything that one caller of the load has lived through.</summary>
internal sealed class KeyRecord(KeyKind kind, string key)
{
    private readonly Lock _gate = new();
    private readonly List<Attempt> _attempts = [];
    private readonly List<Operation> _operations = [];

    public KeyKind Kind => kind;

    public string Key => key;

    public void Add(Attempt attempt) { lock (_gate) { _attempts.Add(attempt); } }

    public void Add(Operation operation) { lock (_gate) { _operations.Add(operation); } }

    public ImmutableArray<Attempt> Attempts { get { lock (_gate) { return [.. _attempts]; } } }

    public ImmutableArray<Operation> Operations { get { lock (_gate) { return [.. _operations]; } } }

    /// <summary>End of the last request that was answered; before the run where none was.</summary>
    public double LastSuccess
    {
        get
        {
            lock (_gate)
            {
                var last = _attempts.FindLastIndex(attempt => attempt.Failure is null);
                return last < 0 ? double.NegativeInfinity : _attempts[last].End;
            }
        }
    }
}

/// <summary>The records of all callers, and what they saw that must not be.</summary>
internal sealed class Notebook(Timeline time)
{
    private readonly ConcurrentDictionary<(KeyKind, string), KeyRecord> _keys = new();
    private readonly ConcurrentQueue<string> _oddities = new();
    private readonly ConcurrentQueue<Crash.Violation> _violations = new();

    public Timeline Time => time;

    public IEnumerable<KeyRecord> Keys => _keys.Values.OrderBy(record => record.Kind).ThenBy(record => record.Key, StringComparer.Ordinal);

    /// <summary>Answers that were not expected and break no invariant by themselves.</summary>
    public IReadOnlyCollection<string> Oddities => _oddities;

    /// <summary>What callers saw that breaks an invariant.</summary>
    public IReadOnlyCollection<Crash.Violation> Violations => _violations;

    public KeyRecord Of(KeyKind kind, string key) => _keys.GetOrAdd((kind, key), _ => new(kind, key));

    public void Odd(string what) => _oddities.Enqueue($"{time.Now:F1} s: {what}");

    public void Violated(string rule, string subject, string text) => _violations.Enqueue(new(rule, subject, $"at {time.Now:F1} s: {text}"));
}
