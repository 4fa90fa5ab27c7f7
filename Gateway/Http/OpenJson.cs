using System.Text.Json;

namespace NexusActors.Http;

/// <summary>JSON of open shape: kept as it was written, so it is checked once at the door that every reader can read it.</summary>
internal static class OpenJson
{
    private const int PlainNumberLengthMax = 300;                              // shorter without exponent is always below 1e308

    /// <summary>Whether every number fits a double and every text is valid Unicode; notes the fault.</summary>
    public static bool Check(JsonElement value, string path, InputFaults faults)
    {
        if (Find(value) is not { } fault) { return true; }
        faults.Add(path, $"{path} {fault}");
        return false;
    }

    private static string? Find(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                return IsFinite(value) ? null : "holds a number that no double can hold";
            case JsonValueKind.String:
                return JsonInput.IsUnicode(value) ? null : "holds a text that is not valid Unicode";
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    if (Find(item) is { } fault) { return fault; }
                }
                return null;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (!JsonInput.IsUnicode(member)) { return "holds a name that is not valid Unicode"; }
                    if (Find(member.Value) is { } fault) { return fault; }
                }
                return null;
            default:
                return null;
        }
    }

    private static bool IsFinite(JsonElement number)
    {
        var text = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(number);
        return (text.Length <= PlainNumberLengthMax && !text.ContainsAny("eE"u8)) || (number.TryGetDouble(out var value) && double.IsFinite(value));
    }
}
