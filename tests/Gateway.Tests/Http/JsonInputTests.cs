using System.Text;
using NexusActors.Coordination;

namespace NexusActors.Http;

/// <summary>Reading strict JSON: every fault at once, each under its path.</summary>
public sealed class JsonInputTests
{
    private sealed record Read(object? Value);

    private static (object? Value, InputFaults Faults) Parse(string json, Func<JsonInput, object?> read)
    {
        var faults = new InputFaults();
        var value = JsonBody.Parse<Read>(Encoding.UTF8.GetBytes(json), input => new Read(read(input)), faults);
        return (value?.Value, faults);
    }

    [Theory]
    [InlineData("""{"n":1}""", 1), InlineData("""{"n":5}""", 5), InlineData("{}", null), InlineData("""{"n":null}""", null)]
    public void Integer_InRange_IsRead(string json, int? expected) => Assert.Equal(expected, Parse(json, input => input.Integer("n", 1, 5)).Value);

    [Theory]
    [InlineData("""{"n":0}"""), InlineData("""{"n":6}"""), InlineData("""{"n":"3"}"""), InlineData("""{"n":3.5}"""), InlineData("""{"n":1e999}"""), InlineData("""{"n":99999999999999999999}"""), InlineData("""{"n":true}"""), InlineData("""{"n":[]}""")]
    public void Integer_Wrong_SaysWhatItMustBe(string json)
    {
        var (_, faults) = Parse(json, input => input.Integer("n", 1, 5));
        Assert.Equal("n must be an integer between 1 and 5", faults.Text);
        Assert.Equal("n", faults.Field);
    }

    [Theory]
    [InlineData("""{"n":1e999}"""), InlineData("""{"n":-1}"""), InlineData("""{"n":"NaN"}"""), InlineData("""{"n":"Infinity"}"""), InlineData("""{"n":-1e400}""")]
    public void Number_NotFiniteOrOutOfRange_IsAFault(string json) =>
        Assert.Equal("n must be a number between 0 and 10", Parse(json, input => input.Number("n", 0, 10)).Faults.Text);

    [Theory]
    [InlineData("""{"n":NaN}"""), InlineData("""{"n":Infinity}"""), InlineData("{"), InlineData("[1,]"), InlineData("{\"n\":1}x"), InlineData("{'n':1}"), InlineData("{/**/}"), InlineData("""{"n":01}"""), InlineData(" ")]
    public void Parse_NotJson_IsAFaultOfTheBody(string json)
    {
        var (_, faults) = Parse(json, _ => null);
        Assert.Equal("body", faults.Field);
        Assert.StartsWith("not valid JSON", faults.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", faults.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SameMemberTwice_IsAFault() => Assert.Equal("body", Parse("""{"n":1,"n":2}""", _ => null).Faults.Field);

    [Fact]
    public void Parse_SameMemberTwiceInOpenShape_IsAFault() => Assert.Equal("body", Parse("""{"o":{"n":1,"n":2}}""", _ => null).Faults.Field);

    [Fact]
    public void Parse_InvalidUtf8_IsAFault()
    {
        var faults = new InputFaults();
        JsonBody.Parse<Read>(new byte[] { (byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}' }, _ => new Read(null), faults);
        Assert.Equal("the JSON must be valid UTF-8", faults.Text);
    }

    [Theory, InlineData(32, true), InlineData(33, false)]
    public void Parse_Nesting_EndsAtItsLimit(int depth, bool accepted)
    {
        var json = """{"o":""" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        Assert.Equal(accepted, Parse(json, input => input.Any("o")).Faults.Count == 0);
    }

    [Theory]
    [InlineData("""{"o":{"a":[1, 2 ],"b":"\u00e4é"}}""", """{"a":[1, 2 ],"b":"\u00e4é"}"""), InlineData("""{"o":12.50}""", "12.50"), InlineData("""{"o":"x"}""", "\"x\"")]
    public void Any_OpenShape_IsKeptAsWritten(string json, string expected) => Assert.Equal(expected, Parse(json, input => input.Any("o")).Value);

    [Theory]
    [InlineData("""{"o":[1e999]}""", "o holds a number that no double can hold"), InlineData("""{"o":{"a":"\ud800"}}""", "o holds a text that is not valid Unicode"),
        InlineData("""{"o":{"\udc00":1}}""", "not valid JSON: the name of a member is not valid Unicode")]
    public void Any_WhatReadersCannotRead_IsAFault(string json, string text) => Assert.Equal(text, Parse(json, input => input.Any("o")).Faults.Text);

    [Theory]
    [InlineData("\\ud800"), InlineData("\\u0000"), InlineData("")]
    public void Text_NotAText_IsAFault(string text) =>
        Assert.Equal("t must be a text of 1–10 characters, without NUL", Parse($$"""{"t":"{{text}}"}""", input => input.Text("t", 10, min: 1)).Faults.Text);

    [Fact]
    public void Text_EscapedPair_IsRead() => Assert.Equal("😀", Parse("""{"t":"\ud83d\ude00"}""", input => input.Text("t", 10)).Value);

    [Fact]
    public void Choice_Unknown_ListsTheKnown() =>
        Assert.Equal("mode must be one of passive, pull", Parse("""{"mode":"push"}""", input => input.Choice<AgentMode>("mode")).Faults.Text);

    [Fact]
    public void Read_ManyFaults_NamesEachUnderItsPath()
    {
        var (_, faults) = Parse(
            """{"priority":9,"dependencies":["ok",7,{"task_id":"x","on_failure":"stop"},{}],"requirements":{"resources":{"cpu":-1}},"retry":{"max_retries":"3"},"timeouts":[]}""",
            input => TaskInput.Read(input, DateTimeOffset.UnixEpoch));
        Assert.Equal(
            ["task_type", "priority", "description", "requirements.resources.cpu", "dependencies[1]", "dependencies[2].on_failure", "dependencies[3].task_id", "retry.max_retries", "timeouts"],
            faults.ByField.Keys);
        Assert.StartsWith("task_type is required and must be one of analysis, optimization", faults.ByField["task_type"][0], StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EndlessFaults_KeepsTheFirstAndCountsTheRest()
    {
        var (_, faults) = Parse($$"""{"dependencies":[{{string.Join(',', Enumerable.Repeat("0", 1000))}}]}""", input => input.IdList("dependencies", 2000));
        Assert.Equal(1000, faults.Count);
        Assert.Equal(InputFaults.KeptMax, faults.ByField.Count);
        Assert.EndsWith("; and 950 more", faults.Text, StringComparison.Ordinal);
    }
}
