using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace NexusActors.Contracts;

/// <summary>What contracts.txt relies on: a message that has grown is understood by those who know the shorter one, and the reverse.</summary>
public sealed class VersionTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    [Fact]
    public void Read_MembersThatTheReaderDoesNotKnow_AreLeftOut()
    {
        var read = Pass<After, Before>(new() { Id = "a", Added = "b", Count = 7, Kind = Kinds.Late, Parts = [new("p", 5)], Inner = new() { Id = "i", Added = "j" } });

        Assert.Equal("a", read.Id);
        Assert.Equal((Kinds)2, read.Kind);
        Assert.Equal("p", Assert.Single(read.Parts).Name);
    }

    [Fact]
    public void Read_MembersThatTheWriterDidNotKnow_HaveTheirDefault()
    {
        var read = Pass<Before, After>(new() { Id = "a", Kind = Kinds.Early, Parts = [new("p")] });

        Assert.Equal("a", read.Id);
        Assert.Equal(Kinds.Early, read.Kind);
        Assert.Equal("as before", read.Added);
        Assert.Equal(3, read.Count);
        Assert.Null(read.Inner);
    }

    /// <summary>No constructor runs for them: a default in the parameter list is not what a missing member has.</summary>
    [Fact]
    public void Read_PositionalMemberThatTheWriterDidNotKnow_IsZero()
    {
        Assert.Equal(0, Assert.Single(Pass<Before, After>(new() { Id = "a", Parts = [new("p")] }).Parts).Weight);
    }

    public void Dispose() => _services.Dispose();

    // The type itself is not written where the reader expects one, so that two of them can stand for two versions of one.
    private TReader Pass<TWriter, TReader>(TWriter message) =>
        _services.GetRequiredService<Serializer<TReader>>().Deserialize(_services.GetRequiredService<Serializer<TWriter>>().SerializeToArray(message))!;
}

public enum Kinds
{
    None = 0,
    Early = 1,
    Late = 2,
}

[GenerateSerializer, Immutable, Alias("test.Before")]
public sealed record Before
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public Kinds Kind { get; init; }
    [Id(2)] public ImmutableArray<ShortPart> Parts { get; init; } = [];
}

[GenerateSerializer, Immutable, Alias("test.After")]
public sealed record After
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public Kinds Kind { get; init; }
    [Id(2)] public ImmutableArray<LongPart> Parts { get; init; } = [];
    [Id(3)] public string Added { get; init; } = "as before";
    [Id(4)] public int Count { get; init; } = 3;
    [Id(5)] public After? Inner { get; init; }
}

[GenerateSerializer, Immutable, Alias("test.ShortPart")]
public sealed record ShortPart([property: Id(0)] string Name);

[GenerateSerializer, Immutable, Alias("test.LongPart")]
public sealed record LongPart([property: Id(0)] string Name, [property: Id(1)] int Weight = 9);
