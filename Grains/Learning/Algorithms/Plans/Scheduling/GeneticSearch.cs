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
    private readonly List<Individual> _population = [];
    private readonly List<long> _scores = [];
    private long _children;
    private int _stale;

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

    /// <summary>Populations that were given up so far.</summary>
    public int Abandoned { get; private set; }

    /// <summary>Searches until a schedule is as short as the target or it is told that it is enough, and goes on when called again. The first schedule is made in any case.</summary>
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
        while (IsFounded(target, enough, better))
        {
            while (_stale < Patience)
            {
                if (IsOver(target, enough)) { return; }
                Breed(better);
            }
            _champions.Add(_population[_scores.IndexOf(_scores.Min())]);
            _population.Clear();
            Abandoned++;
        }
    }

    /// <summary>The population of the last call goes on; otherwise a new one: sampled, or of champions and sampled when enough of them wait. False: it is over.</summary>
    private bool IsFounded(int target, Func<bool> enough, Action better)
    {
        if (_population.Count > 0) { return true; }
        _stale = 0;
        _marks.Clear();
        _scores.Clear();
        if (_champions.Count == Tribes)
        {
            foreach (var champion in _champions.Where(champion => _marks.Add(champion.Mark))) { Settle(champion); }
            _champions.Clear();
        }
        for (var tries = 0; _population.Count < Population && tries < 4 * Population; tries++)
        {
            _lists.Sample(_random, _child);
            var (length, score, mark) = Raise(better);
            if (_marks.Add(mark)) { Settle(new(ListOf(length), score, mark)); }
            if (IsOver(target, enough))
            {
                _population.Clear();
                return false;
            }
        }
        return true;
    }

    /// <summary>One child, which takes the place of the worst unless it is worse still or not new.</summary>
    private void Breed(Action better)
    {
        _stale++;
        _lists.Cross(_random, Tournament(), Tournament(), _child);
        _lists.Mutate(_random, _child);
        var (length, score, mark) = Raise(better);
        var (worst, best) = (0, long.MaxValue);
        for (var i = 0; i < _scores.Count; i++)
        {
            if (_scores[i] > _scores[worst]) { worst = i; }
            best = Math.Min(best, _scores[i]);
        }
        if (score > _scores[worst] || !_marks.Add(mark)) { return; }
        _marks.Remove(_population[worst].Mark);
        (_population[worst], _scores[worst]) = (new(ListOf(length), score, mark), score);
        if (score < best) { _stale = 0; }
    }

    /// <summary>Decodes and justifies the list at hand.</summary>
    private (int Length, long Score, ulong Mark) Raise(Action better)
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
        return (length, ((long)length << 32) + sum, mark);
    }

    private int[] ListOf(int length)
    {
        var list = new int[project.Count];
        _justification.ListOf(_ends, length, list);
        return list;
    }

    private void Settle(Individual one)
    {
        _population.Add(one);
        _scores.Add(one.Score);
    }

    private bool IsOver(int target, Func<bool> enough) => BestLength <= target || (_children % PollEvery == 0 && enough());

    private int[] Tournament()
    {
        var (one, other) = (_random.Next(_population.Count), _random.Next(_population.Count));
        return _population[_scores[one] <= _scores[other] ? one : other].List;
    }

    /// <param name="List">Activities by start.</param>
    /// <param name="Score">Length first; among equals the sum of ends, which is smaller where less is left to do at the end.</param>
    /// <param name="Mark">Tells schedules apart.</param>
    private sealed record Individual(int[] List, long Score, ulong Mark);
}
