using CsCheck;

namespace NexusActors.Learning.Plans;

public sealed class SuccessCriterionTests
{
    [Theory]
    [InlineData("response_time < 1s", "response_time", "Below", 1, "s")]
    [InlineData("error_rate<0.1%", "error_rate", "Below", 0.1, "%")]
    [InlineData("availability >= 99.95 %", "availability", "AtLeast", 99.95, "%")]
    [InlineData("p95 latency ≤ 200ms", "p95 latency", "AtMost", 200, "ms")]
    [InlineData("throughput > 1,000 req/s", "throughput", "Above", 1000, "req/s")]
    [InlineData("coverage must be at least 80 percent", "coverage", "AtLeast", 80, "percent")]
    [InlineData("Error rate is less than 2e-3", "Error rate", "Below", 0.002, "")]
    [InlineData("open bugs = 0", "open bugs", "Equal", 0, "")]
    [InlineData("cost no more than 12,500.50 EUR", "cost", "AtMost", 12500.5, "EUR")]
    [InlineData("drift != -1.5e+2 mm", "drift", "NotEqual", -150, "mm")]
    [InlineData("queue length should stay below 10", "queue length should stay", "Below", 10, "")]
    public void Parse_Criteria_AreRead(string text, string metric, string comparison, double value, string unit) =>
        Assert.Equal(new(metric, Enum.Parse<Comparison>(comparison), value, unit), SuccessCriterion.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("users are happy")]
    [InlineData("< 5")]
    [InlineData("latency < fast")]
    [InlineData("share < 0,5")]
    [InlineData("x < 1 < 2")]
    [InlineData("x < 1.2.3")]
    [InlineData("x < 1e999")]
    public void Parse_WhatPeopleMustJudge_IsNull(string text) => Assert.Null(SuccessCriterion.Parse(text));

    [Fact]
    public void Parse_WhatItWroteItself_IsTheSame() =>
        Gen.Select(OneOf("response_time", "p95 latency", "Über-rate", "a.b/c"), Gen.Enum<Comparison>(), Gen.Double.Where(double.IsFinite), OneOf("", "s", "ms", "%", "req/s", "elements", "MB per user"))
            .Where(parts => parts.Item2 != Comparison.None)
            .Sample((metric, comparison, value, unit) =>
            {
                var criterion = new SuccessCriterion(metric, comparison, value, unit);
                Assert.Equal(criterion, SuccessCriterion.Parse(criterion.ToString()));
            });

    [Fact]
    public void Parse_AnyText_NeverFailsAndIsStable() => Gen.String[Gen.Char["abe <>=≤!,.-+019%\t"], 0, 30].Sample(text =>
    {
        if (SuccessCriterion.Parse(text) is { } criterion) { Assert.Equal(criterion, SuccessCriterion.Parse(criterion.ToString())); }
    }, iter: 20_000);

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    [Theory]
    [InlineData("latency < 200ms", 0.199, true)]
    [InlineData("latency < 200ms", 0.2, false)]
    [InlineData("availability >= 99.9%", 0.9991, true)]
    [InlineData("availability >= 99.9%", 0.9989, false)]
    [InlineData("size <= 2 KiB", 2048, true)]
    [InlineData("size <= 2 KiB", 2049, false)]
    [InlineData("rate > 120 req/min", 2.1, true)]
    [InlineData("errors = 0", 0, true)]
    [InlineData("errors != 0", double.NaN, false)]
    [InlineData("depth > 3 fathoms", 4, true)]
    public void IsMetBy_ValueInBaseUnit_Compares(string text, double measured, bool met) => Assert.Equal(met, SuccessCriterion.Parse(text)!.IsMetBy(measured));
}
