using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using NexusActors.Coordination;

namespace NexusActors.Ledger;

/// <summary>What an agent said of itself; the id is the row's key.</summary>
internal sealed class ProfileRow
{
    [JsonPropertyName("type")] public int Type { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; } = "";
    [JsonPropertyName("capabilities")] public string[]? Capabilities { get; set; }
    [JsonPropertyName("max_capacity")] public int MaxCapacity { get; set; }
    [JsonPropertyName("specializations")] public string[]? Specializations { get; set; }
    [JsonPropertyName("resources")] public SortedDictionary<string, double>? Resources { get; set; }
    [JsonPropertyName("mode")] public int Mode { get; set; }
    [JsonPropertyName("queues")] public string[]? Queues { get; set; }

    /// <summary>JSON of a profile.</summary>
    public static byte[] Write(AgentProfile profile) => JsonSerializer.SerializeToUtf8Bytes(
        new()
        {
            Type = (int)profile.Type,
            Name = profile.Name,
            Capabilities = LedgerJson.List(profile.Capabilities),
            MaxCapacity = profile.MaxCapacity,
            Specializations = LedgerJson.List(profile.Specializations),
            Resources = LedgerJson.Map(profile.Resources),
            Mode = (int)profile.Mode,
            Queues = LedgerJson.List(profile.Queues),
        },
        LedgerJson.Default.ProfileRow);

    /// <summary>A profile from its JSON.</summary>
    public static AgentProfile Read(ReadOnlySpan<byte> json, string id)
    {
        var row = JsonSerializer.Deserialize(json, LedgerJson.Default.ProfileRow) ?? throw new JsonException("An agent's profile is null.");
        return new()
        {
            Id = id,
            Type = (AgentType)row.Type,
            Name = row.Name,
            Capabilities = LedgerJson.List(row.Capabilities),
            MaxCapacity = row.MaxCapacity,
            Specializations = LedgerJson.List(row.Specializations),
            Resources = LedgerJson.Map(row.Resources),
            Mode = (AgentMode)row.Mode,
            Queues = LedgerJson.List(row.Queues),
        };
    }
}

/// <summary>Settings of a queue.</summary>
internal sealed class SettingsRow
{
    [JsonPropertyName("max_length")] public int MaxLength { get; set; }
    [JsonPropertyName("paused")] public bool Paused { get; set; }
    [JsonPropertyName("default_key")] public KeyRow DefaultKey { get; set; } = new();
    [JsonPropertyName("keys")] public SortedDictionary<string, KeyRow>? Keys { get; set; }
    [JsonPropertyName("partitions")] public int Partitions { get; set; } = 1;
    [JsonPropertyName("epoch")] public int Epoch { get; set; }
    [JsonPropertyName("former")] public FormerRow[]? Former { get; set; }

    /// <summary>JSON of settings.</summary>
    public static byte[] Write(QueueSettings settings) => JsonSerializer.SerializeToUtf8Bytes(
        new()
        {
            MaxLength = settings.MaxLength,
            Paused = settings.Paused,
            DefaultKey = KeyRow.From(settings.DefaultKey),
            Keys = settings.Keys.IsEmpty ? null : new(settings.Keys.ToDictionary(pair => pair.Key, pair => KeyRow.From(pair.Value)), StringComparer.Ordinal),
            Partitions = settings.Partitions,
            Epoch = settings.Split.Epoch,
            Former = settings.Split.Former.IsDefaultOrEmpty ? null : [.. settings.Split.Former.Select(split => new FormerRow { Epoch = split.Epoch, Partitions = split.Partitions })],
        },
        LedgerJson.Default.SettingsRow);

    /// <summary>Settings from their JSON.</summary>
    public static QueueSettings Read(ReadOnlySpan<byte> json)
    {
        var row = JsonSerializer.Deserialize(json, LedgerJson.Default.SettingsRow) ?? throw new JsonException("A queue's settings are null.");
        return new()
        {
            MaxLength = row.MaxLength,
            Paused = row.Paused,
            DefaultKey = row.DefaultKey.ToLimits(),
            Keys = row.Keys is { } keys
                ? keys.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.ToLimits())
                : ImmutableSortedDictionary<string, KeyLimits>.Empty,
            Partitions = row.Partitions,
            Split = new() { Epoch = row.Epoch, Former = row.Former is { } former ? [.. former.Select(split => new FormerSplit(split.Epoch, split.Partitions))] : [] },
        };
    }
}

/// <summary>A division of a queue that was replaced.</summary>
internal sealed class FormerRow
{
    [JsonPropertyName("epoch")] public int Epoch { get; set; }
    [JsonPropertyName("partitions")] public int Partitions { get; set; } = 1;
}

/// <summary>Limits of a key.</summary>
internal sealed class KeyRow
{
    [JsonPropertyName("weight")] public double Weight { get; set; } = 1;
    [JsonPropertyName("concurrency")] public int? Concurrency { get; set; }
    [JsonPropertyName("rate")] public double? RatePerSecond { get; set; }
    [JsonPropertyName("burst")] public int Burst { get; set; } = 1;

    /// <summary>The row of limits.</summary>
    public static KeyRow From(KeyLimits limits) =>
        new() { Weight = limits.Weight, Concurrency = limits.Concurrency, RatePerSecond = limits.RatePerSecond, Burst = limits.Burst };

    /// <summary>The limits.</summary>
    public KeyLimits ToLimits() =>
        new() { Weight = Weight, Concurrency = Concurrency, RatePerSecond = RatePerSecond, Burst = Burst };
}
