using NexusActors.Servers;

// The process that a test kills: it says what it has started, then waits. The tests themselves are run by the test host, not from here.
await using var postgres = await PostgresServer.StartAsync();
await using var redis = await RedisServer.StartAsync();
Console.WriteLine(postgres.AdminConnectionString);
Console.WriteLine(redis.ConnectionString);
await Console.In.ReadToEndAsync();
