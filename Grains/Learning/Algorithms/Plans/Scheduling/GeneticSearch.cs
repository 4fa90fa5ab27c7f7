using System.Collections.Immutable;

namespace NexusActors.Learning.Plans;

/// <summary>
/// Genetic search over activity lists: two-point crossover that keeps precedence (Hartmann 1998), shifting mutation, and double justification of every child (Valls, Ballestín, Quintanilla 2005, 2008).
/// A child takes the place of the worst unless its schedule is there already; a population that no longer improves makes room for a new one, and the best of several meet in one. Not safe for two threads.
/// </summary>
/// <param name="project">What to schedule.</param>
/// <param name="seed">The same seed gives the same search.</param>
internal sealed class GeneticSearch(Project project, ulong seed)
{
    private const int PollEvery = 16;

    private readonly Xoshiro256 _random = new(seed);
    private readonly Justification _justification = new(project);
    private readonly ActivityLists _lists = new(project);
    private readonly int[] _child = new int[project.Count];
    private readonly int[] _ends = new int[project.Count];
    private readonly List<Individual> _champions = [];
    private readonly HashSet<ulong> _marks = [];
    private Individual[] _population = [];
    private long _children;

    /// <summary>Individuals that live at a time.</summary>
    public int Population { get; init; } = 60;

    /// <summary>Children in a row that better nothing, after which a population makes room.</summary>
    public int Patience { get; init; } = 12_000;

    /// <summary>Populations whose best meet in the next.</summary>
    public int Tribes { get; init; } = 4;

    /// <summary>Length of <see cref="Best"/>; <see cref="int.MaxValue"/> before the first.</summary>
    public int BestLength { get; private set; } = int.MaxValue;

    /// <summary>Starts of the shortest schedule so far.</summary>
    public ImmutableArray<int> Best { get; private set; } = [];

    /// <summary>Schedules made so far.</summary>
    public long Schedules => _justification.Schedules;

    /// <summary>Searches until a schedule is as short as the target or it is told that it is enough. The first schedule is made in any case.</summary>
    /// <param name="target">A length that cannot be bettered.</param>
    /// <param name="enough">Asked every few children.</param>
    /// <param name="better">Called at each better schedule.</param>
    public void Run(int target, Func<bool> enough, Action better)
    {
        if (project.Count == 0)
        {
            (Best, BestLength) = ([], 0);
            return;
        }
        while (Found(target, enough, better))
        {
            var (best, stale) = (_population.Min(one => one.Score), 0);
            while (stale < Patience)
            {
                if (IsOver(target, enough)) { return; }
                stale++;
                if (Breed(better) is { } score && score < best) { (best, stale) = (score, 0); }
            }
            _champions.Add(_population.MinBy(one => one.Score)!);
        }
    }

    /// <summary>A new population: sampled, or of champions when enough of them wait. False: it is over.</summary>
    private bool Found(int target, Func<bool> enough, Action better)
    {
        _marks.Clear();
        var guests = _champions.Count == Tribes ? [.. _champions] : Array.Empty<Individual>();
        if (guests.Length > 0) { _champions.Clear(); }
        List<Individual> born = [];
        foreach (var guest in guests.Where(guest => _marks.Add(guest.Mark))) { born.Add(guest); }
        for (var tries = 0; born.Count < Population && tries < 4 * Population; tries++)
        {
            _lists.Sample(_random, _child);
            if (Raise(better) is { } one) { born.Add(one); }
            if (IsOver(target, enough)) { return false; }
        }
        _population = [.. born];
        return true;
    }

    /// <summary>One child. Returns its score if it lives.</summary>
    private long? Breed(Action better)
    {
        var (mother, father) = (Tournament(), Tournament());
        _lists.Cross(_random, mother.List, father.List, _child);
        _lists.Mutate(_random, _child);
        if (Raise(better) is not { } child) { return null; }
        var worst = Worst();
        if (_population[worst].Score < child.Score)
        {
            _marks.Remove(child.Mark);
            return null;
        }
        _marks.Remove(_population[worst].Mark);
        _population[worst] = child;
        return child.Score;
    }

    /// <summary>Decodes and justifies the list at hand; null where somebody has this schedule.</summary>
    private Individual? Raise(Action better)
    {
        _children++;
        var length = _justification.Improve(_ends, _justification.Decode(_child, _ends));
        if (length < BestLength)
        {
            BestLength = length;
            Best = [.. Enumerable.Range(0, project.Count).Select(i => _ends[i] - project.Activities[i].Duration)];
            better();
        }
        var (mark, sum) = (14695981039346656037UL, 0L);
        foreach (var end in _ends)
        {
            mark = (mark ^ (uint)end) * 1099511628211UL;
            sum += end;
        }
        if (!_marks.Add(mark)) { return null; }
        var list = new int[project.Count];
        _justification.ListOf(_ends, length, list);
        return new(list, ((long)length << 32) + sum, mark);
    }

    private bool IsOver(int target, Func<bool> enough) => BestLength <= target || (_children % PollEvery == 0 && enough());

    private Individual Tournament()
    {
        var (one, other) = (_population[_random.Next(_population.Length)], _population[_random.Next(_population.Length)]);
        return one.Score <= other.Score ? one : other;
    }

    private int Worst()
    {
        var worst = 0;
        for (var i = 1; i < _population.Length; i++)
        {
            if (_population[i].Score > _population[worst].Score) { worst = i; }
        }
        return worst;
    }

    /// <param name="List">Activities by start.</param>
    /// <param name="Score">Length first; among equals the sum of ends, which is smaller where less is left to do at the end.</param>
    /// <param name="Mark">Tells schedules apart.</param>
    private sealed record Individual(int[] List, long Score, ulong Mark);
}
