using Microsoft.Extensions.Options;

namespace NexusActors.Http;

public sealed class GatewayOptionsTests
{
    private static ValidateOptionsResult Validate(GatewayOptions options) => new GatewayOptionsValidator().Validate(null, options);

    [Fact]
    public void Validate_Defaults_AreValidAndThoseOfTheOriginal()
    {
        var options = new GatewayOptions();
        Assert.True(Validate(options).Succeeded);
        Assert.True(new GatewayOptionsFieldValidator().Validate(null, options).Succeeded);
        Assert.Equal([8070, 8071, 8072], ServedApi.All(options).Select(api => api.Port));
    }

    [Theory, InlineData("0.0.0.0"), InlineData("::"), InlineData("10.0.0.1"), InlineData("example.org"), InlineData("")]
    public void Validate_OtherThanLoopback_IsRefused(string address) => Assert.True(Validate(new() { BindAddress = address }).Failed);

    [Theory, InlineData("127.0.0.1"), InlineData("127.0.0.2"), InlineData("::1")]
    public void Validate_Loopback_IsAccepted(string address) => Assert.True(Validate(new() { BindAddress = address }).Succeeded);

    [Theory, InlineData("nexus.example", ""), InlineData("*", "http://localhost:3000, https://tools.example"), InlineData("[fd00::1], 10.0.0.1", "http://[::1]:3000")]
    public void Validate_NamesAndOrigins_AreAccepted(string hosts, string origins) => Assert.True(Validate(new() { AllowedHosts = hosts, AllowedOrigins = origins }).Succeeded);

    [Theory, InlineData("http://nexus.example", ""), InlineData("nexus.example:8070", ""), InlineData("a b", ""), InlineData("", "*"), InlineData("", "null"), InlineData("", "http://localhost:3000/"), InlineData("", "localhost:3000"), InlineData("", "ftp://x")]
    public void Validate_WhatIsNoNameOrOrigin_IsRefused(string hosts, string origins) => Assert.True(Validate(new() { AllowedHosts = hosts, AllowedOrigins = origins }).Failed);

    [Fact]
    public void Validate_ManyFaults_NamesAll()
    {
        var result = Validate(new() { BindAddress = "0.0.0.0", LearningPort = 8070, BodyBytesMax = 4096, BulkBodyBytesMax = 2048 });
        Assert.Equal(3, result.Failures!.Count());
    }

    [Fact]
    public void Validate_NoPort_IsRefused() => Assert.True(Validate(new() { CoordinationPort = 0, LearningPort = 0, OptimizationPort = 0 }).Failed);

    [Fact]
    public void All_PortZero_IsNotServed() =>
        Assert.Equal([ServedApi.Learning], ServedApi.All(new() { CoordinationPort = 0, OptimizationPort = 0 }).Select(api => api.Name));
}
