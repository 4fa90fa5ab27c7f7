using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace NexusActors.Learning.Features;

/// <summary>
/// Names of members of JSON objects, whatever their case. A name alone (<c>email</c>) is meant wherever it stands; a path (<c>customer.email</c>, <c>context.user.id</c>) where its parts follow each other, the last of them at
/// the member. <c>*</c> stands for any characters within a part.
/// </summary>
internal sealed class FieldNames(IEnumerable<string> names)
{
    private readonly ImmutableArray<ImmutableArray<Regex>> _names = [.. names.Select(name => name.Split('.').Select(Part).ToImmutableArray())];

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _names.IsEmpty;

    /// <summary>What a name without a path means.</summary>
    public static Regex Part(string name) =>
        new($"^{Regex.Escape(name).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>Whether one of them means the member at a path.</summary>
    public bool Match(ReadOnlySpan<string> path)
    {
        foreach (var name in _names)
        {
            if (IsTail(name, path)) { return true; }
        }
        return false;
    }

    private static bool IsTail(ImmutableArray<Regex> name, ReadOnlySpan<string> path)
    {
        if (name.Length > path.Length) { return false; }
        var tail = path[^name.Length..];
        for (var i = 0; i < tail.Length; i++)
        {
            if (!name[i].IsMatch(tail[i])) { return false; }
        }
        return true;
    }
}
