using System.Text.Json;
using System.Text.Json.Serialization;

namespace NexusActors.Ledger;

/// <summary>One set of facts under test and the ledger that is open on it.</summary>
internal interface ILedgerStore : IAsyncDisposable
{
    ILedger Ledger { get; }

    ILedgerRetention Retention { get; }

    /// <summary>Closes the ledger in order and opens it on the same facts.</summary>
    Task ReopenAsync();
}

/// <summary>What every adapter of the ledger must do, against the port alone. An adapter derives one class and says how to open a store.</summary>
public abstract partial class LedgerConformance : IAsyncLifetime
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        WriteIndented = true,
        IncludeFields = true,
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
    private ILedgerStore? _store;

    private ILedger Ledger => Store.Ledger;

    private ILedgerStore Store => _store ?? throw new InvalidOperationException("The test has not started.");

    private protected abstract Task<ILedgerStore> CreateAsync();

    public async Task InitializeAsync() => _store = await CreateAsync();

    public async Task DisposeAsync() => await Store.DisposeAsync();

    private Task ReopenAsync() => Store.ReopenAsync();

    private async Task<CommitResult> CommitAsync(LedgerEntry entry) => (await Ledger.CommitAsync([entry]))[0];

    private Task<CommitResult> CommitAsync(LedgerChange change) => CommitAsync(new LedgerEntry { Change = change });

    private async Task DoneAsync(params LedgerEntry[] entries)
    {
        var results = await Ledger.CommitAsync([.. entries]);
        Assert.All(results, result => Assert.Equal(CommitOutcome.Done, result.Outcome));
    }

    /// <summary>Records with lists in them compare by reference, so they are compared as text.</summary>
    private static void Same<T>(T expected, T actual) => Assert.Equal(JsonSerializer.Serialize(expected, Plain), JsonSerializer.Serialize(actual, Plain));

    private static void SameAll<T>(IEnumerable<T> expected, IEnumerable<T> actual) => Same(expected.ToArray(), actual.ToArray());
}
