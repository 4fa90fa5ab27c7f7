using System.Collections.Immutable;

namespace NexusActors.Learning.Features;

/// <summary>
/// Counts words in bounded memory: when there are twice as many as are kept, the rarer half is forgotten (lossy counting, Manku and Motwani 2002).
/// A word that is among the frequent ones all the time is counted exactly; others are undercounted.
/// </summary>
internal sealed class WordTally(int max)
{
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Whether words were forgotten.</summary>
    public bool Cut { get; private set; }

    public void Add(string word, long count = 1)
    {
        _counts[word] = _counts.GetValueOrDefault(word) + count;
        if (_counts.Count <= max * 2) { return; }
        var kept = Ranked().Take(max).ToArray();
        _counts.Clear();
        foreach (var (known, seen) in kept) { _counts.Add(known, seen); }
        Cut = true;
    }

    /// <summary>The most frequent words with at least that count.</summary>
    public ImmutableArray<WordCount> Frequent(long countMin) => [.. Ranked().TakeWhile(word => word.Count >= countMin).Take(max)];

    private IEnumerable<WordCount> Ranked() =>
        _counts.Select(pair => new WordCount(pair.Key, pair.Value)).OrderByDescending(word => word.Count).ThenBy(word => word.Word, StringComparer.Ordinal);
}
