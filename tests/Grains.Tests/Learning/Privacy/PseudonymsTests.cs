using System.Text.Json.Nodes;
using CsCheck;
using NexusActors.Learning.Features;

namespace NexusActors.Learning.Privacy;

public sealed class PseudonymsTests
{
    private const string Key = "a key of thirty-two characters!!";
    private const string Mail = @"[\w.+-]+@[\w-]+(\.[\w-]+)+";
    private static readonly string[] Everybody = ["ann", "ann@example.org", "bob@example.org"];
    private static readonly Pseudonyms Names = new(["email", "customer.id", "*_ssn"], Mail, Key);

    private static Experience Of(string context, string action = "{}", params string[] tags) =>
        new() { Id = "e", Stream = "s", Timestamp = DateTimeOffset.UnixEpoch, Success = true, ContextJson = context, ActionJson = action, Tags = [.. tags] };

    [Theory]
    [InlineData("""{"email":"ann"}""", """{"email":"ps(ann)"}""")]
    [InlineData("""{"EMail":"ann","n":1}""", """{"EMail":"ps(ann)","n":1}""")]
    [InlineData("""{"user":{"email":"ann"}}""", """{"user":{"email":"ps(ann)"}}""")]
    [InlineData("""{"customer":{"id":42,"name":"x"}}""", """{"customer":{"id":"ps(42)","name":"x"}}""")]
    [InlineData("""{"id":42}""", """{"id":42}""")]
    [InlineData("""{"customer":{"at":{"id":42}}}""", """{"customer":{"at":{"id":42}}}""")]
    [InlineData("""{"tax_ssn":"1","ssn":"2"}""", """{"tax_ssn":"ps(1)","ssn":"2"}""")]
    [InlineData("""{"email":["a",{"x":"b","t":true,"n":null}]}""", """{"email":["ps(a)",{"x":"ps(b)","t":true,"n":null}]}""")]
    [InlineData("""{"note":"ask ann@example.org or bob@example.org"}""", """{"note":"ask ps(ann@example.org) or ps(bob@example.org)"}""")]
    [InlineData("""{"ann@example.org":{"n":1}}""", """{"ps(ann@example.org)":{"n":1}}""")]
    [InlineData("""{"email":""}""", """{"email":""}""")]
    public void Of_FieldsAndPatterns_AreReplacedAndNothingElse(string context, string expected)
    {
        var stored = Names.Of(Of(context));

        Assert.Equal(Filled(expected), stored.ContextJson);
    }

    [Fact]
    public void Of_Subjects_EachHasATagAndTextsOfTagsAreReplacedToo()
    {
        var stored = Names.Of(Of("""{"email":"ann","again":"ann@example.org"}""", """{"to":"ann@example.org"}""", "for bob@example.org", "plain"));

        Assert.Equal(
            ["for " + Names.Of("bob@example.org"), "plain", .. Everybody.Select(Names.TagOf).Order(StringComparer.Ordinal)],
            stored.Tags.AsEnumerable());
    }

    [Fact]
    public void Of_NothingToReplace_TheSameText()
    {
        var experience = Of("""{ "a" : [1.50, "\u00e9", {"b":null}] }""", """{"x":"y"}""", "t");

        var stored = Names.Of(experience);

        Assert.Equal((experience.ContextJson, experience.ActionJson), (stored.ContextJson, stored.ActionJson));
        Assert.Equal(["t"], stored.Tags.AsEnumerable());
        Assert.Same(experience, Pseudonyms.None.Of(experience));
    }

    [Fact]
    public void Of_Value_IsAKeyedHash()
    {
        Assert.Matches("^ps_[A-Za-z0-9_-]{22}$", Names.Of("ann"));
        Assert.Equal(Names.Of("ann"), new Pseudonyms(["x"], "", Key).Of("ann"));
        Assert.NotEqual(Names.Of("ann"), Names.Of("Ann"));
        Assert.NotEqual(Names.Of("ann"), new Pseudonyms(["x"], "", Key + "!").Of("ann"));
    }

    /// <summary>What comes back from an export, or is asked in the words of what is stored, stays as it is.</summary>
    [Fact]
    public void Of_WhatIsStored_StaysAsItIs() =>
        Gen.Select(Gen.OneOf(Gen.Const("email"), Gen.Const("note"), Gen.Const("customer"), Gen.Const("n@x.org")), Gen.String[Gen.Char["ab@.org "], 0, 20]).Array[0, 6].Sample(members =>
        {
            var json = new JsonObject();
            foreach (var (name, value) in members) { json[name] = value; }
            var once = Names.Of(Of(json.ToJsonString()));

            var twice = Names.Of(once);

            Assert.Equal(once.ContextJson, twice.ContextJson);
            Assert.Equal(once.Tags.AsEnumerable(), twice.Tags);
        });

    [Theory]
    [InlineData("email", true, "email")]
    [InlineData("email", true, "context", "user", "email")]
    [InlineData("user.email", true, "context", "User", "email")]
    [InlineData("user.email", false, "context", "user", "x", "email")]
    [InlineData("user.email", false, "email")]
    [InlineData("*mail", true, "context", "email")]
    [InlineData("us*.e*", true, "user", "email")]
    [InlineData("email", false, "context", "emails")]
    public void Match_NameOrPath_MeansTheTail(string name, bool expected, params string[] path) => Assert.Equal(expected, new FieldNames([name]).Match(path));

    [Theory]
    [InlineData("short", "email", null, "Key")]
    [InlineData(null, null, "x", "Key")]
    [InlineData(Key, "a..b", null, "Fields")]
    [InlineData(Key, null, "(", "Pattern")]
    [InlineData(Key, null, "(?=a)b", "Pattern")]
    public void Validate_Fault_IsNamed(string? key, string? field, string? pattern, string member)
    {
        var options = new PrivacyOptions { Key = key, Fields = field ?? "", Pattern = pattern ?? "" };

        var result = new PrivacyOptionsValidator().Validate(null, options);

        Assert.Contains(result.Failures!, failure => failure.Contains(member, StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_NothingToReplace_NeedsNoKey()
    {
        Assert.True(new PrivacyOptionsValidator().Validate(null, new()).Succeeded);
        Assert.True(new PrivacyOptionsValidator().Validate(null, new() { Fields = "email, customer.id", Pattern = Mail, Key = Key }).Succeeded);
        Assert.True(new PrivacyOptions().ToPseudonyms().IsNone);
    }

    private static string Filled(string expected) => System.Text.RegularExpressions.Regex.Replace(expected, @"ps\(([^)]*)\)", match => Names.Of(match.Groups[1].Value));
}
