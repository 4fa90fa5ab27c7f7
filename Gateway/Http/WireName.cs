using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NexusActors.Http;

/// <summary>Names of an enum's members on the wire: snake_case, read case-insensitively. The member 0 (None) has no name.</summary>
internal static class WireName<TEnum> where TEnum : struct, Enum
{
    private static readonly string?[] Names = Build();
    private static readonly FrozenDictionary<string, TEnum> Values = Enum.GetValues<TEnum>()
        .Where(value => Unsafe.BitCast<TEnum, int>(value) != 0)
        .ToFrozenDictionary(value => Names[Unsafe.BitCast<TEnum, int>(value)]!, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every name, in the order of the members.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. Names.OfType<string>()];

    /// <summary>Every name in one text.</summary>
    public static string KnownText { get; } = string.Join(", ", Known);

    /// <summary>The name of a member; null for None.</summary>
    public static string? Of(TEnum value) => Names[Unsafe.BitCast<TEnum, int>(value)];

    /// <summary>Finds a member by its name in any case.</summary>
    public static bool TryParse(string text, out TEnum value) => Values.TryGetValue(text, out value);

    private static string?[] Build()
    {
        var values = Enum.GetValues<TEnum>();
        var names = new string?[values.Max(value => Unsafe.BitCast<TEnum, int>(value)) + 1];
        foreach (var value in values)
        {
            var number = Unsafe.BitCast<TEnum, int>(value);
            names[number] = number == 0 ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
        }
        return names;
    }
}

/// <summary>Writes and reads an enum by its wire name; None is null.</summary>
internal sealed class WireNameConverter<TEnum> : JsonConverter<TEnum> where TEnum : struct, Enum
{
    public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is not { } text ? default
        : WireName<TEnum>.TryParse(text, out var value) ? value
        : throw new JsonException($"'{text}' is not one of {WireName<TEnum>.KnownText}");

    public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) => writer.WriteStringValue(WireName<TEnum>.Of(value));
}
