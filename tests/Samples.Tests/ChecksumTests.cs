using System.Security.Cryptography;
using System.Text;

namespace NexusActors.Samples.Agent;

public sealed class ChecksumTests : IDisposable
{
    private const string SumOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private readonly ScratchFolder _folder = new();

    private Checksum Kind => new(new AgentLimits { ChecksumRoot = Path.Combine(_folder.Path, "root") });

    public ChecksumTests() => _folder.File("root/a.txt", "abc");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_File_GivesItsSha256()
    {
        var result = await Kind.RunAsync(Orders.Of("""{"path":"a.txt"}"""), CancellationToken.None);

        Assert.Equal(SumOfAbc, (string?)result["sha256"]);
        Assert.Equal(3, (long?)result["bytes"]);
    }

    [Fact]
    public async Task Run_Folder_GivesTheSumOfTheListThatSha256sumPrints()
    {
        _folder.File("root/sub/b.txt", "");

        var result = await Kind.RunAsync(Orders.Of("""{"path":"."}"""), CancellationToken.None);

        var list = $"{SumOfAbc}  a.txt\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  sub/b.txt\n";
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list))), (string?)result["sha256"]);
        Assert.Equal(2, (int?)result["files"]);
    }

    [Fact]
    public async Task Run_AnotherSumExpected_FailsForGood()
    {
        var failure = await Orders.FailureOf(Kind, """{"path":"a.txt","expected":"00"}""");

        Assert.Equal("checksum_mismatch", failure.Code);
        Assert.False(failure.Retryable);
    }

    [Theory]
    [InlineData("../secret.txt")]
    [InlineData("/etc/hostname")]
    [InlineData("sub/../../secret.txt")]
    [InlineData("link.txt")]
    [InlineData("linked/secret.txt")]
    public async Task Run_OutsideOfTheRoot_IsRefused(string path)
    {
        var secret = _folder.File("secret.txt", "s");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "root", "link.txt"), secret);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "root", "linked"), _folder.Path);

        var failure = await Orders.FailureOf(Kind, $$"""{"path":"{{path}}"}""");

        Assert.Equal("not_allowed", failure.Code);
    }

    [Fact]
    public async Task Run_FolderWithALinkToOutside_IsRefused()
    {
        var secret = _folder.File("secret.txt", "s");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "root", "link.txt"), secret);

        Assert.Equal("not_allowed", (await Orders.FailureOf(Kind, """{"path":"."}""")).Code);
    }

    [Fact]
    public async Task Run_NoSuchFile_FailsForGood()
    {
        var failure = await Orders.FailureOf(Kind, """{"path":"none"}""");

        Assert.Equal("unreadable", failure.Code);
        Assert.False(failure.Retryable);
    }

    [Fact]
    public async Task Run_NoRootAllowed_IsRefused() =>
        Assert.Equal("not_allowed", (await Orders.FailureOf(new Checksum(new AgentLimits()), """{"path":"a.txt"}""")).Code);
}
