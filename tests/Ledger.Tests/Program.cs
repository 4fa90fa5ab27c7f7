using NexusActors.Ledger.Sqlite;

// The process that crash tests start and kill; the tests themselves are run by the test host, not from here.
return args switch
{
    ["write", var path, var seed] => await VictimProcess.WriteAsync(path, int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture)),
    ["hold", var path] => await VictimProcess.HoldAsync(path),
    _ => 2,
};
