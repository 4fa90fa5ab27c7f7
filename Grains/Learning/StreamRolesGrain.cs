using System.Collections.Immutable;
using NexusActors.Errors;
using NexusActors.Ledger;

namespace NexusActors.Learning;

/// <summary>One stream's declared roles: a document; those who learn are told when it changes.</summary>
[GrainType("stream-roles")]
internal sealed class StreamRolesGrain(ILedger ledger, TimeProvider time) : Grain, IStreamRolesGrain
{
    private string Stream => this.GetPrimaryKeyString();

    public async Task<StreamRoles?> GetAsync(CancellationToken cancellation) => (await RoleFacts.FindAsync(ledger, Stream, cancellation))?.Roles;

    public async Task<StreamRoles> SetAsync(StreamRoles roles, CancellationToken cancellation)
    {
        Check(roles.KnownBefore, "known_before", name => !string.IsNullOrWhiteSpace(name), "a name");
        Check(roles.KnownAfter, "known_after", name => !name.Split('.').Any(string.IsNullOrWhiteSpace), "a name or a path of names with points");
        var stored = await RoleFacts.FindAsync(ledger, Stream, cancellation);
        if (!RoleFacts.AreSame(stored?.Roles ?? new(), roles))
        {
            var result = (await ledger.CommitAsync([RoleFacts.Entry(Stream, roles, stored?.Version ?? 0, time.GetUtcNow())], cancellation))[0];
            if (result.Outcome != CommitOutcome.Done) { throw new NexusException(NexusError.WrongState, $"the roles of stream '{Stream}' were changed by somebody else at the same time; read them, and try again"); }
        }
        // Told also where nothing differs: whoever repeats a call whose answer was lost makes sure that it was heard.
        await GrainFactory.GetGrain<IStreamLearnerGrain>(Stream).ForgetAsync(RoleFacts.Cause, cancellation);
        await GrainFactory.GetGrain<IStreamRulesGrain>(Stream).ForgetAsync(null, cancellation);
        return roles;
    }

    private static void Check(ImmutableArray<string> names, string field, Func<string, bool> isSound, string what)
    {
        if (names.Length > StreamRoles.NamesMax) { throw new NexusException(NexusError.Invalid, $"{field} has {names.Length} names; at most {StreamRoles.NamesMax} are allowed", field); }
        if (names.FirstOrDefault(name => !isSound(name)) is { } wrong) { throw new NexusException(NexusError.Invalid, $"'{wrong}' in {field} is not {what}", field); }
    }
}
