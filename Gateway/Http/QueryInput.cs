using System.Collections.Immutable;
using System.Globalization;

namespace NexusActors.Http;

/// <summary>The query of a request while it is read; the same rules as for a body, and a name that the route does not know is a fault, because a misspelt filter would answer with the wrong list.</summary>
internal sealed class QueryInput
{
    private readonly IQueryCollection _query;

    /// <summary>Starts reading.</summary>
    /// <param name="request">The request.</param>
    /// <param name="known">Every name that the route knows.</param>
    public QueryInput(HttpRequest request, params ReadOnlySpan<string> known)
    {
        _query = request.Query;
        foreach (var name in _query.Keys)
        {
            if (!known.Contains(name)) { Faults.Add(name, $"the query does not know '{name}'; known: {string.Join(", ", known)}"); }
        }
    }

    /// <summary>What is wrong so far.</summary>
    public InputFaults Faults { get; } = new();

    /// <summary>Whether there is nothing to read.</summary>
    public bool IsEmpty => _query.Count == 0;

    /// <summary>Whether a name is given.</summary>
    public bool Has(string name) => One(name) is not null;

    /// <summary>An id.</summary>
    public string? Id(string name) => One(name) is not { } text ? null : Ids.IsValid(text) ? text : Bad(name, Ids.Expected);

    /// <summary>A name.</summary>
    public string? Word(string name) => One(name) is not { } text ? null
        : text.Length <= Ids.LengthMax && Ids.IsPrintable(text) ? text : Bad(name, $"1–{Ids.LengthMax} printable characters");

    /// <summary>A whole number.</summary>
    public int? Integer(string name, int min, int max)
    {
        if (One(name) is not { } text) { return null; }
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) { return number; }
        Bad(name, string.Create(CultureInfo.InvariantCulture, $"an integer between {min} and {max}"));
        return null;
    }

    /// <summary>A position.</summary>
    public long? Position(string name)
    {
        if (One(name) is not { } text) { return null; }
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) { return number; }
        Bad(name, "a position: a whole number from 0");
        return null;
    }

    /// <summary>True or false.</summary>
    public bool? Flag(string name)
    {
        if (One(name) is not { } text) { return null; }
        if (bool.TryParse(text, out var flag)) { return flag; }
        Bad(name, "true or false");
        return null;
    }

    /// <summary>A moment.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (One(name) is not { } text) { return null; }
        if (UtcTime.TryParse(text.Replace(' ', text.Contains('T', StringComparison.Ordinal) ? '+' : ' '), out var time)) { return time; }
        Bad(name, UtcTime.Expected + " ('+' is written %2B)");
        return null;
    }

    /// <summary>A member of an enum; None where it is absent or wrong.</summary>
    public TEnum Choice<TEnum>(string name) where TEnum : struct, Enum
    {
        if (One(name) is not { } text) { return default; }
        if (WireName<TEnum>.TryParse(text, out var member)) { return member; }
        Bad(name, "one of " + WireName<TEnum>.KnownText);
        return default;
    }

    /// <summary>Several members of an enum, repeated or with commas.</summary>
    public ImmutableArray<TEnum> Choices<TEnum>(string name) where TEnum : struct, Enum
    {
        var members = ImmutableArray.CreateBuilder<TEnum>();
        foreach (var text in Several(name))
        {
            if (WireName<TEnum>.TryParse(text, out var member)) { members.Add(member); }
            else { Bad(name, "one or more of " + WireName<TEnum>.KnownText); }
        }
        return members.ToImmutable();
    }

    /// <summary>Several names, repeated or with commas.</summary>
    public ImmutableArray<string> Words(string name, int countMax)
    {
        var words = Several(name).ToImmutableArray();
        if (words.Length > countMax || words.Any(word => word.Length > Ids.LengthMax || !Ids.IsPrintable(word)))
        {
            Bad(name, string.Create(CultureInfo.InvariantCulture, $"at most {countMax} names of 1–{Ids.LengthMax} printable characters"));
            return [];
        }
        return words;
    }

    /// <summary>Notes what is wrong.</summary>
    public string? Bad(string name, string must)
    {
        Faults.Add(name, $"{name} must be {must}");
        return null;
    }

    private string? One(string name)
    {
        var values = _query[name];
        if (values.Count > 1) { Bad(name, "given once"); }
        return values.Count == 0 || string.IsNullOrEmpty(values[0]) ? null : values[0];
    }

    private IEnumerable<string> Several(string name) =>
        _query[name].SelectMany(text => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
