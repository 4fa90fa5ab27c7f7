using System.Collections.Immutable;
using NexusActors.Learning.Features;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

/// <summary>What a literal asks of its probe.</summary>
internal enum LiteralKind
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>A quantity below the bound.</summary>
    Below = 1,
    /// <summary>A quantity above it.</summary>
    Above = 2,
    /// <summary>A word by its code.</summary>
    Word = 3,
    /// <summary>No value.</summary>
    Missing = 4,
}

/// <summary>One condition while rules are looked for.</summary>
/// <param name="Probe">Place of what it asks.</param>
/// <param name="Kind">What it asks.</param>
/// <param name="Bound">Of a quantity.</param>
/// <param name="Code">Of a word.</param>
internal readonly record struct Literal(int Probe, LiteralKind Kind, double Bound = 0, int Code = -1);

/// <summary>Something that literals ask: a quantity, with its rows sorted once, or a column of words.</summary>
internal sealed class Probe
{
    /// <summary>Of a quantity; null: words.</summary>
    public RuleTerm? Term { get; init; }
    /// <summary>Name of the column of words, or of the quantity.</summary>
    public required string Name { get; init; }
    /// <summary>By row; empty: words.</summary>
    public double[] Values { get; init; } = [];
    /// <summary>Rows that have a value, by value.</summary>
    public int[] Order { get; init; } = [];
    /// <summary>Different values, or words.</summary>
    public int Distinct { get; init; }
    /// <summary>Words by code.</summary>
    public ImmutableArray<string> Words { get; init; } = [];
    /// <summary>By row.</summary>
    public ImmutableArray<int> Codes { get; init; } = [];
    /// <summary>Whether some row has no value.</summary>
    public bool HasMissing { get; init; }
    /// <summary>Whether it is made of two columns.</summary>
    public bool IsDerived => Term is { Operation: not TermOperation.None };
}

/// <summary>A table as rules see it: every column, and the differences, products and ratios of its numbers, with the outcome that rules are to foretell.</summary>
internal sealed class RuleSpace
{
    /// <summary>Bounds that are told apart: neighbouring ones among thousands are the same choice.</summary>
    private const int BoundsMax = 1024;

    private readonly int _plainNumbers, _derived, _wordColumns;

    /// <summary>Of a table.</summary>
    /// <param name="table">Features.</param>
    /// <param name="positive">Outcome by row; true is what rules foretell.</param>
    /// <param name="settings">Of which columns pairs are made; where there are too many, of those that tell most by themselves.</param>
    /// <param name="cancellation">Ends the work.</param>
    public RuleSpace(FeatureTable table, ImmutableArray<bool> positive, RuleSettings settings, CancellationToken cancellation)
    {
        (Rows, Positive) = (table.Rows, [.. positive]);
        var numbers = table.Columns.OfType<NumericColumn>().Select(column => OfNumbers(new(column.Name), [.. column.Values])).Where(probe => probe.Distinct > 1 || probe.HasMissing).ToArray();
        var words = table.Columns.OfType<CategoryColumn>().Select(OfWords).ToArray();
        var paired = Paired(numbers, settings);
        var derived = new List<Probe>();
        for (var i = 0; i < paired.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var operation in (ReadOnlySpan<TermOperation>)[TermOperation.Minus, TermOperation.Times, TermOperation.Over])
                {
                    var term = new RuleTerm(paired[i].Name, operation, paired[j].Name);
                    derived.Add(OfNumbers(term, [.. paired[i].Values.Zip(paired[j].Values, term.Of)]));
                }
            }
        }
        Probes = [.. numbers, .. derived.Where(probe => probe.Distinct > 1), .. words];
        (_plainNumbers, _derived, _wordColumns) = (numbers.Length, Probes.Length - numbers.Length - words.Length, words.Length);
    }

    /// <summary>Examples.</summary>
    public int Rows { get; }

    /// <summary>Outcome by row.</summary>
    public bool[] Positive { get; }

    /// <summary>Plain quantities, derived ones, words.</summary>
    public ImmutableArray<Probe> Probes { get; }

    /// <summary>Whether a row meets a literal.</summary>
    public bool Holds(in Literal literal, int row)
    {
        var probe = Probes[literal.Probe];
        return literal.Kind switch
        {
            LiteralKind.Below => probe.Values[row] < literal.Bound,
            LiteralKind.Above => probe.Values[row] > literal.Bound,
            LiteralKind.Word => probe.Codes[row] == literal.Code,
            _ => probe.Term is null ? probe.Codes[row] < 0 : double.IsNaN(probe.Values[row]),
        };
    }

    /// <summary>Bits that it takes to say a literal, so that one which is chosen of many must earn more.</summary>
    /// <param name="literal">Which.</param>
    /// <param name="isKnown">Whether another rule asks the same probe already, with a bound or word of its own.</param>
    public double Bits(in Literal literal, bool isKnown)
    {
        var probe = Probes[literal.Probe];
        var among = probe.Term is null ? _wordColumns : probe.IsDerived ? _derived : _plainNumbers;
        return 1 + (isKnown ? 0 : 1 + Math.Log2(among)) + literal.Kind switch
        {
            LiteralKind.Missing => 1,
            LiteralKind.Word => Math.Log2(Math.Max(1, probe.Distinct)),
            _ => Math.Log2(Math.Min(probe.Distinct, BoundsMax)),
        };
    }

    /// <summary>A literal for people, and for other tables.</summary>
    public Condition ToCondition(in Literal literal)
    {
        var probe = Probes[literal.Probe];
        return literal.Kind switch
        {
            LiteralKind.Below or LiteralKind.Above => new Compared(probe.Term!, literal.Kind == LiteralKind.Below, literal.Bound),
            LiteralKind.Word => new EqualTo(probe.Name, probe.Words[literal.Code]),
            _ => new Missing(probe.Name),
        };
    }

    private Probe[] Paired(Probe[] numbers, RuleSettings settings)
    {
        var informative = numbers.Where(probe => probe.Distinct > 2 && settings.MayPair(probe.Name)).ToArray();
        if (informative.Length <= settings.PairedColumnsMax) { return informative; }
        var scan = new LiteralScan(this);
        var all = new bool[Rows];
        Array.Fill(all, true);
        return [.. informative.OrderByDescending(probe => scan.BestBits(probe, all)).Take(settings.PairedColumnsMax)];
    }

    private static Probe OfNumbers(RuleTerm term, double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).Where(row => !double.IsNaN(values[row]))];
        Array.Sort(Array.ConvertAll(order, row => values[row]), order);
        var distinct = order.Length == 0 ? 0 : 1 + Enumerable.Range(1, order.Length - 1).Count(i => values[order[i]] != values[order[i - 1]]);
        return new() { Term = term, Name = term.Text, Values = values, Order = order, Distinct = distinct, HasMissing = term.Operation == TermOperation.None && order.Length < values.Length };
    }

    private static Probe OfWords(CategoryColumn column) => new()
    {
        Name = column.Name,
        Words = column.Categories,
        Codes = column.Codes,
        Distinct = column.Categories.Length,
        HasMissing = column.Codes.Any(code => code < 0),
    };
}
