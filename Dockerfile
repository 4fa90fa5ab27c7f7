# docker build -t nexus-actors:0.1.0 .                                     embedded mode, or one silo of a cluster
# docker build -t nexus-actors-gateway:0.1.0 --target gateway .            one gateway of a cluster
# docker build -t nexus-actors-backup:0.1.0 --target backup .              backup and restore of its database
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# What restore reads comes first, so that a change of code does not download packages again.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY Grains.Client/*.csproj Grains.Client/packages.lock.json Grains.Client/
COPY Grains.Interfaces/*.csproj Grains.Interfaces/packages.lock.json Grains.Interfaces/
COPY Grains/*.csproj Grains/packages.lock.json Grains/
COPY Gateway/*.csproj Gateway/packages.lock.json Gateway/
COPY Silo/*.csproj Silo/packages.lock.json Silo/
RUN dotnet restore Silo/Silo.csproj --locked-mode
COPY Grains.Client Grains.Client
COPY Grains.Interfaces Grains.Interfaces
COPY Grains Grains
COPY Gateway Gateway
COPY Silo Silo
RUN dotnet publish Silo/Silo.csproj --no-restore -c Release -o /app/silo \
 && dotnet publish Gateway/Gateway.csproj --no-restore -c Release -o /app/gateway

# No shell, no package manager, user 1654.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled AS runtime
WORKDIR /app
# The listeners come from the settings; diagnostics would need a writable /tmp at every start.
ENV ASPNETCORE_HTTP_PORTS= DOTNET_EnableDiagnostics=0
USER 1654

FROM runtime AS gateway
COPY --from=build /app/gateway .
ENTRYPOINT ["dotnet", "NexusActors.Gateway.dll"]

# PostgreSQL's own programs and the scripts that use them.
FROM postgres:17 AS backup
WORKDIR /app
COPY scripts/backup scripts/restore scripts/postgres-connection scripts/ledger-check.sql ./
USER 999
ENTRYPOINT ["bash"]

FROM runtime AS silo
COPY --from=build /app/silo .
ENTRYPOINT ["dotnet", "NexusActors.Silo.dll"]
