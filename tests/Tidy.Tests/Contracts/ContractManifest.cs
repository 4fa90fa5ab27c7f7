using System.Collections.Immutable;

namespace NexusActors.Tidy.Contracts;

/// <summary>One fact of the contract.</summary>
/// <param name="Key">What it is about, such as <c>type nexus.TaskView 3</c>.</param>
/// <param name="Value">What holds for that, such as <c>Status NexusActors.Coordination.WorkStatus</c>.</param>
internal sealed record ContractFact(string Key, string Value)
{
    /// <summary>Beginning of facts that may change: processes that differ in them understand each other.</summary>
    public const string Free = "free ";

    /// <summary>Whether another value, or none, would break processes of another version.</summary>
    public bool IsFrozen => !Key.StartsWith(Free, StringComparison.Ordinal);

    public override string ToString() => $"{Key}: {Value}";
}

/// <summary>
/// Everything that processes of different versions say to each other. As text it is one fact a line; a line that begins with <c>retired</c> is about something that
/// was taken away, whose key must never come back with another meaning.
/// </summary>
/// <param name="Facts">In the order of the file.</param>
/// <param name="Retired">What is no more.</param>
internal sealed record ContractManifest(ImmutableArray<ContractFact> Facts, ImmutableArray<ContractFact> Retired)
{
    private const string RetiredMark = "retired ";

    private const string Heading = """
        # What silos, gateways and sibling services of different versions say to each other. Made from the code; a test compares. Facts are added, never changed and never taken away:
        #   type ALIAS: kind               type ALIAS ID: member and its type        (a member keeps its number, its name and its type)
        #   enum NAME: its integer         enum NAME NUMBER: name of the value
        #   grain ALIAS: name and key      grain ALIAS METHOD: (parameters) → reply  (without the cancellation token)
        #   home ALIAS: name under which grains of that interface live in silos
        #   free ALIAS METHOD: time and turn of a call; these may change
        # An addition is written here by the test itself: TIDY_WRITE=1 dotnet test tests/Tidy.Tests --filter ContractTests
        # What must go although others may still say it gets the word "retired" before its line, so that its number is never used again.

        """;

    /// <summary>Reads the file.</summary>
    public static ContractManifest Parse(string text)
    {
        var lines = text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToLookup(line => line.StartsWith(RetiredMark, StringComparison.Ordinal));
        return new([.. lines[false].Select(Fact)], [.. lines[true].Select(line => Fact(line[RetiredMark.Length..]))]);
    }

    /// <summary>Writes the file.</summary>
    public string ToText() => Heading + string.Concat(Facts.Select(fact => $"{fact}\n")) + string.Concat(Retired.Select(fact => $"{RetiredMark}{fact}\n"));

    /// <summary>What a later contract says that processes with this one do not understand, or no longer says though they need it. Additions are none of it.</summary>
    public IEnumerable<string> BreaksIn(ContractManifest later)
    {
        var now = later.Facts.ToDictionary(fact => fact.Key, fact => fact.Value);
        foreach (var fact in Facts.Where(fact => fact.IsFrozen))
        {
            if (!now.TryGetValue(fact.Key, out var value)) { yield return $"{fact.Key} is gone; it was {fact.Value}"; }
            else if (value != fact.Value) { yield return $"{fact.Key} was {fact.Value} and is {value}"; }
        }
        foreach (var fact in Retired.Where(fact => now.ContainsKey(fact.Key))) { yield return $"{fact.Key} was retired as {fact.Value} and is taken again as {now[fact.Key]}"; }
    }

    private static ContractFact Fact(string line) => line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon
        ? new(line[..colon], line[(colon + 2)..])
        : throw new FormatException($"not a fact: {line}");
}
