using Microsoft.Extensions.Logging;

namespace NexusActors.Learning;

/// <summary>Log lines of the learning engine.</summary>
internal static partial class LearningLog
{
    [LoggerMessage(2001, LogLevel.Information, "Stream {Stream} was trained ({Cause}) from {Experiences} experiences, {Promoted} models took a place, in {Seconds:0.0} s")]
    public static partial void Trained(ILogger log, string stream, string cause, int experiences, int promoted, double seconds);

    [LoggerMessage(2002, LogLevel.Error, "The training of stream {Stream} ({Cause}) failed")]
    public static partial void TrainingFailed(ILogger log, Exception exception, string stream, string cause);

    [LoggerMessage(2003, LogLevel.Information, "The rate of wrong answers in stream {Stream} has changed from {Before:P1} to {After:P1}, {Experiences} experiences ago")]
    public static partial void Drifted(ILogger log, string stream, double before, double after, long experiences);

    [LoggerMessage(2005, LogLevel.Warning, "What is new in stream {Stream} could not be taken in; it is tried again at the next look")]
    public static partial void StreamNotFollowed(ILogger log, Exception exception, string stream);

    [LoggerMessage(2004, LogLevel.Warning, "The look at the streams failed and is made again")]
    public static partial void KeeperFailed(ILogger log, Exception exception);

    [LoggerMessage(2011, LogLevel.Error, "Plan {Plan} could not be made; a later read of it tries again")]
    public static partial void PlanFailed(ILogger log, Exception failure, string plan);

    [LoggerMessage(2020, LogLevel.Warning, "The outcome of decision {Decision} is stored, but not everybody who learns from it could be told; the next outcome tells of it too")]
    public static partial void OutcomeUntold(ILogger log, Exception exception, string decision);

    [LoggerMessage(2021, LogLevel.Error, "Policy {Policy} could not learn from its {Outcomes} outcomes and goes on with what it knew")]
    public static partial void PolicyNotLearned(ILogger log, Exception exception, string policy, int outcomes);

    [LoggerMessage(2030, LogLevel.Information, "Erasure {Erasure} has ended: {Experiences} experiences, {Decisions} decisions and {Rules} rules are gone; {Streams} streams learn anew")]
    public static partial void Erased(ILogger log, string erasure, long experiences, long decisions, long rules, int streams);

    [LoggerMessage(2032, LogLevel.Warning, "Erasure {Erasure} was interrupted and is gone on with soon")]
    public static partial void ErasureInterrupted(ILogger log, Exception exception, string erasure);

    [LoggerMessage(2101, LogLevel.Information, "{Found} rules were found in {Experiences} experiences of stream {Stream}, {Added} of them new, in {Seconds:0.0} s")]
    public static partial void RulesInduced(ILogger log, string stream, int experiences, int found, int added, double seconds);

    [LoggerMessage(2102, LogLevel.Error, "The induction of rules of stream {Stream} failed")]
    public static partial void RuleInductionFailed(ILogger log, Exception exception, string stream);

    [LoggerMessage(2103, LogLevel.Error, "The rules of stream {Stream} could not be compared with its experiences; the next ones are another try")]
    public static partial void RulesNotFollowed(ILogger log, Exception exception, string stream);

    [LoggerMessage(2104, LogLevel.Warning, "The rules could not be read; assignments and advice go on by those that were read before")]
    public static partial void RulesNotRead(ILogger log, Exception exception);

    [LoggerMessage(2105, LogLevel.Warning, "{Uses} uses of rules of stream {Stream} could not be written down; it is tried again at the next time")]
    public static partial void RuleUsesKept(ILogger log, Exception exception, long uses, string stream);
    [LoggerMessage(2031, LogLevel.Error, "The similar experiences of stream {Stream} could not be read anew; answers go on with what was learned before")]
    public static partial void NeighboursNotRead(ILogger log, Exception exception, string stream);
}
