using NexusActors.Chaos.Load;
using NexusActors.Chaos.Rig;

namespace NexusActors.Chaos.Faults;

/// <summary>One kind of harm.</summary>
internal abstract class Fault
{
    /// <summary>As on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>In a sentence, for the report.</summary>
    public abstract string What { get; }

    /// <summary>What must hold, apart from the invariants.</summary>
    public virtual Bar Bar => new();

    /// <summary>What the machine must have for it.</summary>
    public virtual FaultNeeds Needs => FaultNeeds.None;

    /// <summary>What must be ready before it begins.</summary>
    public virtual Task PrepareAsync(FaultScene scene, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Does the harm, and ends it.</summary>
    public abstract Task InjectAsync(FaultScene scene, CancellationToken cancellation);
}

/// <summary>Figures that a fault must stay within; null: none is set.</summary>
internal sealed record Bar
{
    /// <summary>Seconds without success, 99 of 100 keys and any key.</summary>
    public double? GapP99 { get; init; }
    public double? GapMax { get; init; }
    /// <summary>Seconds until every key has success after the harm is over.</summary>
    public double? BackMax { get; init; }
    /// <summary>Share of requests that fail at first.</summary>
    public double? FailedShareMax { get; init; }
    /// <summary>Whether no silo or gateway may end by itself.</summary>
    public bool NoRestarts { get; init; } = true;
}

/// <summary>What a fault has at hand, and where it says what it did.</summary>
internal sealed class FaultScene(ClusterRig rig, Workforce workforce, Notebook notebook, Random chance, bool isShort)
{
    private readonly List<string> _notes = [], _missed = [];
    private readonly HashSet<string> _doomed = [];
    private readonly HashSet<string> _mayEnd = [];
    private readonly Dictionary<string, int> _leaves = [];
    private const double NewSeconds = 5;

    public ClusterRig Rig => rig;

    public Workforce Workforce => workforce;

    public Notebook Notebook => notebook;

    public Random Chance => chance;

    /// <summary>When the harm was over, in seconds of the run.</summary>
    public double? HealedAt { get; private set; }

    /// <summary>When the harm began, in seconds of the run.</summary>
    public double StartedAt { get; set; }

    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Figures beyond the bar that only the fault itself knows.</summary>
    public IReadOnlyList<string> Missed => _missed;

    /// <summary>Silos whose death is right.</summary>
    public IReadOnlySet<string> Doomed => _doomed;

    /// <summary>How often silos left by plan, by name.</summary>
    public IReadOnlyDictionary<string, int> LeavesOf => _leaves;

    /// <summary>Processes that may end by themselves.</summary>
    public IReadOnlySet<string> MayEnd => _mayEnd;

    /// <summary>One length in short runs, another in full ones.</summary>
    public double Seconds(double inShort, double inFull) => isShort ? inShort : inFull;

    public int Count(int inShort, int inFull) => isShort ? inShort : inFull;

    public static Task WaitAsync(double seconds, CancellationToken cancellation) => Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);

    public void Healed() => HealedAt = notebook.Time.Now;

    public void Note(string what)
    {
        _notes.Add(what);
        Timeline.Progress($"  {what}");
    }

    public void Misses(string what) => _missed.Add(what);

    /// <summary>A silo at random, of which the cluster is to find out that it is dead.</summary>
    public ProcessSlot DoomedSilo()
    {
        var silo = AnySilo();
        Doom(silo);
        return silo;
    }

    /// <summary>One at random of those that were not started last: a silo that is new holds few grains, and its loss shows little.</summary>
    public ProcessSlot AnySilo()
    {
        var newest = rig.Silos.Max(silo => silo.StartedAt);
        var old = rig.Silos.Where(silo => silo.StartedAt < newest - NewSeconds).ToArray();
        return old is [] ? rig.Silos[chance.Next(rig.Silos.Length)] : old[chance.Next(old.Length)];
    }

    public void Doom(ProcessSlot silo) => _doomed.Add(silo.Name);

    /// <summary>It leaves in good order, or ends and is found dead: once is right, more is not.</summary>
    public void Leaves(ProcessSlot silo) => _leaves[silo.Name] = _leaves.GetValueOrDefault(silo.Name) + 1;

    public void AllowEnd(ProcessSlot process) => _mayEnd.Add(process.Name);
}
