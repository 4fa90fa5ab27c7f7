using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace NexusActors.Http;

/// <summary>
/// One JSON object of a request while it is read. Each member is asked for by its wire name and kind; what is wrong is noted with the member's path
/// and reading goes on, so that the caller learns of every fault at once. A null member counts as absent. Unknown members are passed over.
/// </summary>
internal readonly struct JsonInput
{
    private readonly JsonElement _element;
    private readonly string _path;

    private JsonInput(JsonElement element, string path, InputFaults faults)
    {
        _element = element;
        _path = path;
        Faults = faults;
    }

    /// <summary>What is wrong so far.</summary>
    public InputFaults Faults { get; }

    /// <summary>Starts reading at an element that should be an object.</summary>
    /// <param name="element">The element.</param>
    /// <param name="path">Its path; empty for the body itself.</param>
    /// <param name="faults">Where faults go.</param>
    public static JsonInput Of(JsonElement element, string path, InputFaults faults)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(path.Length == 0 ? JsonBody.Field : path, path.Length == 0 ? "a JSON object is expected" : $"{path} must be a JSON object");
            return new JsonInput(JsonBody.EmptyObject, path, new InputFaults());   // one fault says enough
        }
        return new JsonInput(element, path, faults);
    }

    /// <summary>The path of a member.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>Whether a member is there and not null.</summary>
    public bool Has(string name) => TryFind(name, out _);

    /// <summary>Notes what is wrong with a member.</summary>
    public void Fault(string name, string must) => Faults.Add(PathOf(name), $"{PathOf(name)} must be {must}");

    /// <summary>A text of bounded length.</summary>
    public string? Text(string name, int max, int min = 0, bool required = false)
    {
        if (TryFind(name, out var value) && TryText(value, min, max, out var text)) { return text; }
        Complain(name, value, required, TextRule(min, max));
        return null;
    }

    /// <summary>A printable text that can be a name or a key.</summary>
    public string? Word(string name, int max = Ids.LengthMax, bool required = false)
    {
        var rule = string.Create(CultureInfo.InvariantCulture, $"1–{max} printable characters");
        if (TryFind(name, out var value) && TryText(value, 1, max, out var text) && Ids.IsPrintable(text) && !string.IsNullOrWhiteSpace(text)) { return text; }
        Complain(name, value, required, rule);
        return null;
    }

    /// <summary>An id.</summary>
    public string? Id(string name, bool required = false)
    {
        if (TryFind(name, out var value) && TryText(value, 1, Ids.LengthMax, out var text) && Ids.IsValid(text)) { return text; }
        Complain(name, value, required, Ids.Expected);
        return null;
    }

    /// <summary>A whole number.</summary>
    public int? Integer(string name, int min, int max, bool required = false)
    {
        if (TryFind(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max)
        {
            return number;
        }
        Complain(name, value, required, string.Create(CultureInfo.InvariantCulture, $"an integer between {min} and {max}"));
        return null;
    }

    /// <summary>A number; never infinite, never NaN.</summary>
    public double? Number(string name, double min, double max, bool required = false, string unit = "")
    {
        if (TryFind(name, out var value) && TryNumber(value, min, max, out var number)) { return number; }
        Complain(name, value, required, NumberRule(min, max, unit));
        return null;
    }

    /// <summary>A number of seconds.</summary>
    public TimeSpan? Seconds(string name, double min, double max) =>
        Number(name, min, max, unit: " of seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>True or false.</summary>
    public bool? Flag(string name, bool required = false)
    {
        if (TryFind(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False) { return value.GetBoolean(); }
        Complain(name, value, required, "true or false");
        return null;
    }

    /// <summary>A moment, with an offset or in UTC.</summary>
    public DateTimeOffset? Time(string name, bool required = false)
    {
        if (TryFind(name, out var value) && TryText(value, 1, 40, out var text) && UtcTime.TryParse(text, out var time)) { return time; }
        Complain(name, value, required, UtcTime.Expected);
        return null;
    }

    /// <summary>A member of an enum by its wire name; None where it is absent or wrong.</summary>
    public TEnum Choice<TEnum>(string name, bool required = false) where TEnum : struct, Enum
    {
        if (TryFind(name, out var value) && TryText(value, 1, Ids.LengthMax, out var text) && WireName<TEnum>.TryParse(text, out var member)) { return member; }
        Complain(name, value, required, "one of " + WireName<TEnum>.KnownText);
        return default;
    }

    /// <summary>A JSON value of any form, kept as it was written.</summary>
    public string? Any(string name, bool required = false)
    {
        if (TryFind(name, out var value)) { return OpenJson.Check(value, PathOf(name), Faults) ? value.GetRawText() : null; }
        Complain(name, value, required, "a JSON value");
        return null;
    }

    /// <summary>A JSON object of any form, kept as it was written.</summary>
    public string? OpenObject(string name, bool required = false)
    {
        if (TryFind(name, out var value) && value.ValueKind == JsonValueKind.Object)
        {
            return OpenJson.Check(value, PathOf(name), Faults) ? value.GetRawText() : null;
        }
        Complain(name, value, required, "a JSON object");
        return null;
    }

    /// <summary>This object as it was written.</summary>
    public string Source() => OpenJson.Check(_element, _path, Faults) ? _element.GetRawText() : "{}";

    /// <summary>An object with members of its own.</summary>
    public JsonInput? Object(string name, bool required = false)
    {
        if (TryFind(name, out var value) && value.ValueKind == JsonValueKind.Object) { return new JsonInput(value, PathOf(name), Faults); }
        Complain(name, value, required, "a JSON object");
        return null;
    }

    /// <summary>A list of names.</summary>
    public ImmutableArray<string> Words(string name, int countMax, bool required = false) =>
        List(name, countMax, required, static (value, path, faults) =>
        {
            if (TryText(value, 1, Ids.LengthMax, out var text) && Ids.IsPrintable(text) && !string.IsNullOrWhiteSpace(text)) { return text; }
            faults.Add(path, $"{path} must be 1–{Ids.LengthMax} printable characters");
            return "";
        }, "names (1–200 printable characters each)");

    /// <summary>A list of ids.</summary>
    public ImmutableArray<string> IdList(string name, int countMax) =>
        List(name, countMax, required: false, static (value, path, faults) =>
        {
            if (TryText(value, 1, Ids.LengthMax, out var text) && Ids.IsValid(text)) { return text; }
            faults.Add(path, $"{path} must be {Ids.Expected}");
            return "";
        }, "names");

    /// <summary>A list, each item read by a function that notes its own faults.</summary>
    public ImmutableArray<T> List<T>(string name, int countMax, bool required, Func<JsonElement, string, InputFaults, T> read, string what = "items")
    {
        if (!TryFind(name, out var value) || value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > countMax)
        {
            Complain(name, value, required, string.Create(CultureInfo.InvariantCulture, $"a list of at most {countMax} {what}"));
            return [];
        }
        var items = ImmutableArray.CreateBuilder<T>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            items.Add(read(item, string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{items.Count}]"), Faults));
        }
        return items.MoveToImmutable();
    }

    /// <summary>An object whose members are values by name, each read by a function that notes its own faults.</summary>
    public ImmutableSortedDictionary<string, T> Map<T>(string name, int countMax, Func<JsonElement, string, InputFaults, T> read, string what)
    {
        if (!TryFind(name, out var value) || value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() > countMax)
        {
            Complain(name, value, required: false, string.Create(CultureInfo.InvariantCulture, $"an object of at most {countMax} {what} by name"));
            return ImmutableSortedDictionary<string, T>.Empty.WithComparers(StringComparer.Ordinal);
        }
        var members = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (TryName(member, out var key)) { members[key] = read(member.Value, $"{PathOf(name)}.{key}", Faults); }
            else { Faults.Add(PathOf(name), $"{PathOf(name)} has a name that is not 1–{Ids.LengthMax} printable characters"); }
        }
        return members.ToImmutable();
    }

    /// <summary>An object of numbers by name.</summary>
    public ImmutableSortedDictionary<string, double> Numbers(string name, double min, double max, int countMax = 200) =>
        Map(name, countMax, (value, path, faults) =>
        {
            if (TryNumber(value, min, max, out var number)) { return number; }
            faults.Add(path, $"{path} must be {NumberRule(min, max, "")}");
            return 0;
        }, "numbers");

    /// <summary>Whether an element is a text of valid Unicode without NUL and of bounded length.</summary>
    public static bool TryText(JsonElement value, int min, int max, [NotNullWhen(true)] out string? text)
    {
        text = value.ValueKind == JsonValueKind.String ? TextOf(value) : null;
        if (text is not null && text.Length >= min && text.Length <= max && !text.Contains('\0')) { return true; }
        text = null;
        return false;
    }

    // False: absent or null, and then the value is Undefined.
    private bool TryFind(string name, out JsonElement value)
    {
        if (_element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null) { return true; }
        value = default;
        return false;
    }

    private void Complain(string name, JsonElement value, bool required, string must)
    {
        if (value.ValueKind != JsonValueKind.Undefined) { Fault(name, must); }
        else if (required) { Faults.Add(PathOf(name), $"{PathOf(name)} is required and must be {must}"); }
    }

    private static bool TryName(JsonProperty member, out string name)
    {
        name = IsUnicode(member) ? member.Name : "";
        return name.Length is >= 1 and <= Ids.LengthMax && Ids.IsPrintable(name);
    }

    private static bool TryNumber(JsonElement value, double min, double max, out double number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number) && double.IsFinite(number) && number >= min && number <= max;
    }

    private static string? TextOf(JsonElement value) => IsUnicode(value) ? value.GetString() : null;

    /// <summary>Whether the escapes of a text make whole characters; half a surrogate pair (<c>\ud800</c>) is valid JSON and no text.</summary>
    public static bool IsUnicode(JsonElement text) => IsUnicode(JsonMarshal.GetRawUtf8Value(text), text, static text => text.GetString());

    /// <summary>The same for the name of a member.</summary>
    public static bool IsUnicode(JsonProperty member) => IsUnicode(JsonMarshal.GetRawUtf8PropertyName(member), member, static member => member.Name);

    private static bool IsUnicode<T>(ReadOnlySpan<byte> raw, T source, Func<T, string?> read)
    {
        if (raw.IndexOf("\\u"u8) < 0) { return true; }                         // the bytes of the body were checked as a whole
        try { return read(source) is not null; }
        catch (InvalidOperationException) { return false; }
    }

    private static string TextRule(int min, int max) => min == 0
        ? string.Create(CultureInfo.InvariantCulture, $"a text of at most {max} characters, without NUL")
        : string.Create(CultureInfo.InvariantCulture, $"a text of {min}–{max} characters, without NUL");

    private static string NumberRule(double min, double max, string unit) => (min, max) switch
    {
        (double.MinValue, double.MaxValue) => $"a finite number{unit}",
        (_, double.MaxValue) => string.Create(CultureInfo.InvariantCulture, $"a finite number{unit} of at least {min}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"a number{unit} between {min} and {max}"),
    };
}
