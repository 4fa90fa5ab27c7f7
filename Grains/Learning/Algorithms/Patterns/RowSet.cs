using System.Numerics;

namespace NexusActors.Learning.Patterns;

/// <summary>Some rows of a table, a bit for each. Sets that meet are of the same table.</summary>
internal sealed class RowSet
{
    private const int WordBits = 64;
    private readonly ulong[] _words;

    private RowSet(ulong[] words) => (_words, Count) = (words, CountAll(words));

    /// <summary>How many.</summary>
    public int Count { get; }

    /// <summary>Those of so many that a condition holds for.</summary>
    public static RowSet Where(int rows, Func<int, bool> holds)
    {
        var words = new ulong[(rows + WordBits - 1) / WordBits];
        for (var row = 0; row < rows; row++)
        {
            if (holds(row)) { words[row / WordBits] |= 1UL << (row % WordBits); }
        }
        return new(words);
    }

    /// <summary>Those that are in both.</summary>
    public RowSet And(RowSet other)
    {
        var words = new ulong[_words.Length];
        for (var i = 0; i < words.Length; i++) { words[i] = _words[i] & other._words[i]; }
        return new(words);
    }

    /// <summary>How many are in both.</summary>
    public int CountOf(RowSet other)
    {
        var count = 0;
        for (var i = 0; i < _words.Length; i++) { count += BitOperations.PopCount(_words[i] & other._words[i]); }
        return count;
    }

    /// <summary>In order.</summary>
    public IEnumerable<int> Rows()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            for (var rest = _words[i]; rest != 0; rest &= rest - 1) { yield return i * WordBits + BitOperations.TrailingZeroCount(rest); }
        }
    }

    private static int CountAll(ulong[] words)
    {
        var count = 0;
        foreach (var word in words) { count += BitOperations.PopCount(word); }
        return count;
    }
}
