using System.Globalization;
using System.Text.Json;

namespace NexusActors.Learning.Features;

/// <summary>What a JSON value is to a learner.</summary>
internal enum ValueKind
{
    /// <summary>Null, or not usable.</summary>
    None = 0,
    /// <summary>A finite number.</summary>
    Number,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>A short text.</summary>
    Word,
    /// <summary>A long text.</summary>
    Text,
    /// <summary>An ISO 8601 time.</summary>
    Time,
    /// <summary>A list.</summary>
    List,
    /// <summary>An object, to be looked into.</summary>
    Object,
}

/// <summary>Reads JSON values in one way for learning a schema and for encoding.</summary>
internal static class FieldValue
{
    /// <summary>The kind, with the number (1 and 0 for true and false) or the text.</summary>
    public static ValueKind Read(JsonElement element, out double number, out string text, out DateTimeOffset time)
    {
        (number, text, time) = (double.NaN, "", default);
        switch (element.ValueKind)
        {
            case JsonValueKind.Number:
                number = element.TryGetDouble(out var value) && double.IsFinite(value) ? value : double.NaN;
                return double.IsNaN(number) ? ValueKind.None : ValueKind.Number;
            case JsonValueKind.True:
                number = 1;
                return ValueKind.Boolean;
            case JsonValueKind.False:
                number = 0;
                return ValueKind.Boolean;
            case JsonValueKind.Array:
                return ValueKind.List;
            case JsonValueKind.Object:
                return ValueKind.Object;
            case JsonValueKind.String:
                text = element.GetString()!;
                return IsTime(text, out time) ? ValueKind.Time : text.Length > FeatureLimits.WordLengthMax ? ValueKind.Text : ValueKind.Word;
            default:
                return ValueKind.None;
        }
    }

    /// <summary>A list member as a word; null for lists and objects within the list.</summary>
    public static string? Member(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String when element.GetString() is { Length: <= FeatureLimits.WordLengthMax } text => text,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
        _ => null,
    };

    /// <summary>Begins with yyyy-MM-dd and is a time; one without an offset is UTC.</summary>
    private static bool IsTime(string text, out DateTimeOffset time)
    {
        time = default;
        return text.Length is >= 10 and <= 40 && text[4] == '-' && text[7] == '-' && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[9])
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
