# docker build -t nexus-actors:0.1.0 .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# What restore reads comes first, so that a change of code does not download packages again.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY Grains.Interfaces/*.csproj Grains.Interfaces/packages.lock.json Grains.Interfaces/
COPY Grains/*.csproj Grains/packages.lock.json Grains/
COPY Gateway/*.csproj Gateway/packages.lock.json Gateway/
COPY Silo/*.csproj Silo/packages.lock.json Silo/
RUN dotnet restore Silo/Silo.csproj --locked-mode
COPY Grains.Interfaces Grains.Interfaces
COPY Grains Grains
COPY Gateway Gateway
COPY Silo Silo
RUN dotnet publish Silo/Silo.csproj --no-restore -c Release -o /app

# No shell, no package manager, user 1654.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
# The listeners come from Nexus:Gateway; diagnostics would need a writable /tmp at every start.
ENV ASPNETCORE_HTTP_PORTS= DOTNET_EnableDiagnostics=0
USER 1654
ENTRYPOINT ["dotnet", "NexusActors.Silo.dll"]
