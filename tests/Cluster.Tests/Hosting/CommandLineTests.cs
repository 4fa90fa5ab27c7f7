namespace NexusActors.Hosting;

public sealed class CommandLineTests
{
    [Fact]
    public void Parse_Settings_BothForms()
    {
        var line = CommandLine.Parse(["--Nexus:Silo:SiloPort=5", "--nexus:silo:gatewayport", "-6", "--Logging:LogLevel:Default", "Debug"]);
        Assert.Equal(Command.Run, line.Command);
        Assert.Equal(["--Nexus:Silo:SiloPort=5", "--nexus:silo:gatewayport=-6", "--Logging:LogLevel:Default=Debug"], line.Settings.ToArray());
        Assert.Empty(line.Faults);
    }

    [Theory]
    [InlineData("--help", "Help")]
    [InlineData("-h", "Help")]
    [InlineData("--version", "Version")]
    public void Parse_Command_IsFound(string argument, string command) => Assert.Equal(command, CommandLine.Parse([argument]).Command.ToString());

    [Fact]
    public void Parse_Probe_KeepsPathAndSettings()
    {
        var line = CommandLine.Parse(["--probe", "/readyz", "--Nexus:Gateway:CoordinationPort=9"]);
        Assert.Equal((Command.Probe, "readyz"), (line.Command, line.Path));
        Assert.Single(line.Settings);
    }

    [Theory]
    [InlineData("--port=8070")]
    [InlineData("start")]
    [InlineData("--probe")]
    [InlineData("--Nexus:Silo:SiloPort")]
    [InlineData("")]
    public void Parse_WhatMeansNothing_IsAFault(string argument) => Assert.Single(CommandLine.Parse([argument]).Faults);

    [Fact]
    public void Parse_WhatMeansNothingAndHasAValue_DoesNotRepeatTheValue() =>
        Assert.DoesNotContain("hidden", Assert.Single(CommandLine.Parse(["--Postgres:ConnectionString=Password=hidden"]).Faults), StringComparison.Ordinal);

    [Fact]
    public void Help_NamesEverySettingWithItsMeaning()
    {
        using var output = new StringWriter();
        SettingsHelp.Write(output, SiloSettings.Usage, SiloSettings.Catalog);
        Assert.All(SiloSettings.Catalog.All, setting =>
        {
            Assert.Contains(setting.Key, output.ToString(), StringComparison.Ordinal);
            Assert.NotEqual("", setting.Meaning);
        });
    }
}
