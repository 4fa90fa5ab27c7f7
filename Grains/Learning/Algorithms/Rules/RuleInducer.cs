using System.Collections.Immutable;
using NexusActors.Learning.Features;
using NexusActors.Learning.Patterns;

namespace NexusActors.Learning.Rules;

/// <summary>
/// Induces IF-THEN rules: cover what a rule explains, look for the next one in what is left, and then reconsider each beside the others, until none can be improved. Conditions compare columns, and differences, products
/// and ratios of two of them, with bounds that are as round as the gap between the rows on either side allows. A rule that adds nothing to the others is left out.
/// </summary>
internal static class RuleInducer
{
    private const int SweepsMax = 3, WordsPartedMax = 12;

    /// <summary>Induces them; the same table gives the same rules.</summary>
    /// <param name="table">Features that were known before the outcome.</param>
    /// <param name="positive">Outcome by row; rules say when it is true.</param>
    /// <param name="settings">How.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>Conditions of each rule, the rule that explains most first; none where nothing is worth saying.</returns>
    public static ImmutableArray<ImmutableArray<Condition>> Induce(FeatureTable table, ImmutableArray<bool> positive, RuleSettings settings, CancellationToken cancellation = default)
    {
        if (positive.Length != table.Rows) { throw new ArgumentException($"{positive.Length} outcomes for {table.Rows} examples.", nameof(positive)); }
        (table, positive) = Thinned(table, positive, settings.RowsMax);
        var space = new RuleSpace(table, positive, settings, cancellation);
        if (space.Probes.IsEmpty) { return []; }
        var search = new RuleSearch(space, settings);
        var rules = Cover(space, search, settings, cancellation);
        for (var sweep = 0; sweep < SweepsMax && Reconsider(rules, space, search, settings, cancellation); sweep++) { cancellation.ThrowIfCancellationRequested(); }
        return [.. Enumerable.Range(0, rules.Count).Select(i => Conditions(i, rules, space, search))];
    }

    private static List<Draft> Cover(RuleSpace space, RuleSearch search, RuleSettings settings, CancellationToken cancellation)
    {
        var rules = new List<Draft>();
        while (rules.Count < settings.RulesMax && search.Find(Open(rules, space, search), Known(rules), cancellation) is { } rule) { rules.Add(rule); }
        return rules;
    }

    /// <summary>Improves each rule for the rows that the others leave, parts it where a bound depends on a word, and drops it where they leave it nothing.</summary>
    private static bool Reconsider(List<Draft> rules, RuleSpace space, RuleSearch search, RuleSettings settings, CancellationToken cancellation)
    {
        var changed = false;
        for (var i = rules.Count - 1; i >= 0; i--)
        {
            var others = rules.Where((_, place) => place != i).ToList();
            var (open, known) = (Open(others, space, search), Known(others));
            var refined = search.Refine(rules[i], open, known, cancellation);
            if (!search.IsWorthIt(refined))
            {
                rules.RemoveAt(i);
                changed = true;
            }
            else if (Parted(refined, open, known, space, search, settings, cancellation) is { } parts && rules.Count + parts.Count - 1 <= settings.RulesMax)
            {
                rules.RemoveAt(i);
                rules.InsertRange(i, parts);
                changed = true;
            }
            else if (!refined.Literals.SequenceEqual(rules[i].Literals))
            {
                rules[i] = refined;
                changed = true;
            }
        }
        return changed;
    }

    /// <summary>The rule as several, one for a word, each with bounds of its own, where together they say more; null where they do not.</summary>
    private static List<Draft>? Parted(Draft rule, bool[] open, HashSet<int> known, RuleSpace space, RuleSearch search, RuleSettings settings, CancellationToken cancellation)
    {
        var (best, most) = (default(List<Draft>), rule.Net);
        for (var column = 0; column < space.Probes.Length; column++)
        {
            if (space.Probes[column] is not { Term: null } probe || rule.Literals.Any(literal => literal.Probe == column)) { continue; }
            var (left, asked, parts) = ((bool[])open.Clone(), new HashSet<int>(known), new List<Draft>());
            foreach (var code in Enumerable.Range(0, probe.Words.Length).OrderByDescending(code => probe.Codes.Count(own => own == code)).Take(WordsPartedMax))
            {
                // Bounds are fitted among the rows of the word alone; what the rule is worth is reckoned among all.
                var word = new Literal(column, LiteralKind.Word, Code: code);
                var fitted = search.Refine(rule, search.Narrow(left, [word]), asked, cancellation);
                var part = search.Of(fitted.Literals.Add(word), left, search.Count(left), asked);
                if (part.Literals.Length > settings.ConditionsMax || !search.IsWorthIt(part)) { continue; }
                parts.Add(part);
                asked.UnionWith(Known([part]));
                Close(left, part, search);
            }
            if (parts.Count > 1 && parts.Sum(part => part.Net) is var net && net > most) { (best, most) = (parts, net); }
        }
        return best;
    }

    /// <summary>
    /// Where another rule shows that a bound depends on a word, and all rows that are this one's alone have one word of that column, the rule says so: it claims no more than was seen.
    /// </summary>
    private static ImmutableArray<Literal> Specialised(Draft rule, List<Draft> others, bool[] open, RuleSpace space, RuleSearch search)
    {
        var (literals, asked) = (rule.Literals, rule.Literals.Select(literal => (literal.Probe, literal.Kind)).ToHashSet());
        foreach (var column in others.Where(other => other.Literals.Any(literal => asked.Contains((literal.Probe, literal.Kind)))).SelectMany(other => other.Literals).Where(literal => literal.Kind == LiteralKind.Word).Select(literal => literal.Probe).Distinct())
        {
            if (literals.Any(literal => literal.Probe == column)) { continue; }
            var mask = search.Narrow(open, literals);
            var codes = Enumerable.Range(0, mask.Length).Where(row => mask[row]).Select(row => space.Probes[column].Codes[row]).Distinct().Take(2).ToArray();
            if (codes is [>= 0 and var code]) { literals = literals.Add(new(column, LiteralKind.Word, Code: code)); }
        }
        return literals;
    }

    /// <summary>The conditions of a rule, with bounds as round as the rows on either side allow.</summary>
    private static ImmutableArray<Condition> Conditions(int place, List<Draft> rules, RuleSpace space, RuleSearch search)
    {
        var others = rules.Where((_, i) => i != place).ToList();
        var open = Open(others, space, search);
        var literals = Specialised(rules[place], others, open, space, search);
        for (var i = 0; i < literals.Length; i++)
        {
            if (literals[i].Kind is not (LiteralKind.Below or LiteralKind.Above)) { continue; }
            var (mask, values, isBelow) = (search.Narrow(open, literals.RemoveAt(i)), space.Probes[literals[i].Probe].Values, literals[i].Kind == LiteralKind.Below);
            var inside = isBelow ? double.NegativeInfinity : double.PositiveInfinity;
            for (var row = 0; row < mask.Length; row++)
            {
                if (!mask[row] || !space.Holds(literals[i], row)) { continue; }
                inside = isBelow ? Math.Max(inside, values[row]) : Math.Min(inside, values[row]);
            }
            if (!double.IsFinite(inside)) { continue; }
            var bound = literals[i].Bound;
            literals = literals.SetItem(i, literals[i] with { Bound = isBelow ? RoundNumber.Within(inside, bound, includesHigh: true) : RoundNumber.Within(bound, inside, includesHigh: false) });
        }
        return [.. literals.OrderBy(literal => literal.Kind is LiteralKind.Word or LiteralKind.Missing).Select(literal => space.ToCondition(literal))];
    }

    private static bool[] Open(IEnumerable<Draft> rules, RuleSpace space, RuleSearch search)
    {
        var open = new bool[space.Rows];
        Array.Fill(open, true);
        foreach (var rule in rules) { Close(open, rule, search); }
        return open;
    }

    private static void Close(bool[] open, Draft rule, RuleSearch search)
    {
        var covered = search.Narrow(open, rule.Literals);
        for (var row = 0; row < open.Length; row++) { open[row] &= !covered[row]; }
    }

    private static HashSet<int> Known(IEnumerable<Draft> rules) => [.. rules.SelectMany(rule => rule.Literals).Select(literal => literal.Probe)];

    private static (FeatureTable Table, ImmutableArray<bool> Positive) Thinned(FeatureTable table, ImmutableArray<bool> positive, int max)
    {
        if (table.Rows <= max) { return (table, positive); }
        int[] rows = [.. Enumerable.Range(0, max).Select(i => (int)((long)i * table.Rows / max))];
        return (new([.. table.Columns.Select(column => Of(column, rows))], max), [.. rows.Select(row => positive[row])]);
    }

    private static FeatureColumn Of(FeatureColumn column, int[] rows) => column switch
    {
        NumericColumn numbers => numbers with { Values = [.. rows.Select(row => numbers.Values[row])] },
        CategoryColumn words => words with { Codes = [.. rows.Select(row => words.Codes[row])] },
        _ => throw new ArgumentException($"{column.Name} is of no known kind", nameof(column)),
    };
}
