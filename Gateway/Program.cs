// A gateway in a process of its own is a client of a cluster, and this version has no cluster mode: the silo hosts the gateway.
await Console.Error.WriteLineAsync(
    "The gateway does not run on its own in this version: it is part of the silo's process, and a gateway apart needs the cluster mode, which is not available yet.\nStart everything with: dotnet run --project Silo");
return 2;
