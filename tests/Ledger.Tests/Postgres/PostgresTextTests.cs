using System.Text;
using CsCheck;

namespace NexusActors.Ledger.Postgres;

public sealed class PostgresTextTests
{
    [Fact]
    public void Read_OfWhatWasWritten_IsTheTextAsUtf8HasIt() =>
        Gen.OneOf(Gen.String, Gen.Int[0, 5].Select(i => "\00\uE000a\uD83D\uDE42"[i]).Array[0, 12].Select(chars => new string(chars))).Sample(
            text =>
            {
                var written = PostgresText.Write(text)!;
                Assert.DoesNotContain('\0', written);
                Assert.Equal(written, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(written)));
                Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), PostgresText.Read(written));
            },
            iter: 20_000);

    [Fact]
    public void Write_PlainText_StandsAsItIs() => Assert.Equal("Größe \\ 🙂\n", PostgresText.Write("Größe \\ 🙂\n"));
}
