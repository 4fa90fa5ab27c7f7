using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace NexusActors.Ledger;

/// <summary>A fact that is read and written whole, such as a decision, a plan, a rule or a trained model. The ledger keeps its newest version and knows nothing of what it says.</summary>
/// <param name="Kind">What it is, one word.</param>
/// <param name="Id">Its name among those of its kind.</param>
/// <param name="Version">1 for a new one, one more with each update.</param>
/// <param name="CreatedAt">When the first version was made.</param>
/// <param name="UpdatedAt">When this version was made.</param>
/// <param name="Body">Its content.</param>
internal sealed record Document(string Kind, string Id, int Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, byte[] Body)
{
    /// <summary>Position among the documents of its kind, in the order in which they were made; 0 before it is stored.</summary>
    public long Seq { get; init; }
}

/// <summary>Which documents to read, newest first.</summary>
/// <param name="Kind">Of this kind.</param>
/// <param name="BeforeSeq">Only before this <see cref="Document.Seq"/>; 0: from the newest.</param>
/// <param name="Limit">How many at most.</param>
internal sealed record DocumentFilter(string Kind, long BeforeSeq = 0, int Limit = 100);

/// <summary>Reads of documents.</summary>
internal interface IDocumentFacts
{
    /// <summary>One document; null where there is none.</summary>
    Task<Document?> FindDocumentAsync(string kind, string id, CancellationToken cancellation = default);

    /// <summary>One page, newest first.</summary>
    Task<ImmutableArray<Document>> ListDocumentsAsync(DocumentFilter filter, CancellationToken cancellation = default);

    /// <summary>All of a kind, newest first, read page by page; what is made or removed meanwhile may be among them or not.</summary>
    async IAsyncEnumerable<Document> AllDocumentsAsync(string kind, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var filter = new DocumentFilter(kind, Limit: 500); ;)
        {
            var page = await ListDocumentsAsync(filter, cancellation);
            foreach (var document in page) { yield return document; }
            if (page.Length < filter.Limit) { yield break; }
            filter = filter with { BeforeSeq = page[^1].Seq };
        }
    }
}

/// <summary>A new document; guard: none of its kind has its id, and its version is 1. The ledger gives it its <see cref="Document.Seq"/>.</summary>
internal sealed record DocumentInsert(Document Document) : LedgerChange;

/// <summary>The next version of a document; guard: the stored version is one less. Its time of creation never changes.</summary>
internal sealed record DocumentUpdate(Document Document) : LedgerChange;

/// <summary>The end of a document; guard: the stored version is the one named.</summary>
internal sealed record DocumentDelete(string Kind, string Id, int Version) : LedgerChange;
