#!/usr/bin/env bash
# Shows work flowing: three agents of different types and one release check with dependencies.
#
#   samples/demo.sh [COORDINATOR]      (default http://127.0.0.1:8070; the other two services are taken to be on the next two ports)
#
# Start the services first: dotnet run --project Silo
# Needs bash, curl and the .NET SDK. Everything that it starts it also ends.
set -euo pipefail

coordinator=${1:-http://127.0.0.1:8070}
coordinator=${coordinator%/}
address='^http:/{2}[^/:]+:([0-9]+)$'
if ! [[ $# -le 1 && $coordinator =~ $address ]]; then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  [[ ${1:-} == --help || ${1:-} == -h ]] && exit 0
  exit 2
fi
port=${BASH_REMATCH[1]}
learning=${coordinator%:*}:$((port + 1))
optimizer=${coordinator%:*}:$((port + 2))
here=$(cd "$(dirname "$0")" && pwd)
run=release-$(date +%H%M%S)-$$
scratch=$(mktemp -d)
pids=()

finish() {
  local pid
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\n== %s\n' "$*"; }

# The value of the first member of that name with a plain text in it.
member() { grep -o "\"$1\" *: *\"[^\"]*\"" | head -n 1 | sed 's/.*: *"\(.*\)"/\1/' || true; }

curl -fsS --max-time 5 "$coordinator/health" >"$scratch/health" 2>/dev/null || {
  echo "Nothing answers at $coordinator. Start the services first: dotnet run --project Silo" >&2
  exit 1
}

command -v dotnet >/dev/null || { echo "The .NET SDK is needed to build the sample agent: there is no command dotnet." >&2; exit 1; }

say "building the sample agent (the first time it takes up to a minute)"
dotnet build "$here/agent" -c Release -v quiet --nologo >"$scratch/build" 2>&1 || { cat "$scratch/build" >&2; exit 1; }
agent=$here/../artifacts/bin/Agent/release/NexusActors.Samples.Agent.dll

# What the agents may do: read this folder, run these commands, call these services. Tasks name them, and can name nothing else.
cp "$here/demo.sh" "$scratch/"
mkdir "$scratch/release"
cp "$(dirname "$agent")"/*.dll "$scratch/release/"
host=${coordinator#*://}
host=${host%:*}
cat >"$scratch/limits.json" <<JSON
{
  "checksum_root": "release",
  "http_hosts": ["$host"],
  "commands": {
    "script-syntax": { "file": "bash", "arguments": ["-n", "$scratch/demo.sh"] },
    "smoke-test": { "file": "dotnet", "arguments": ["$scratch/release/NexusActors.Samples.Agent.dll", "--help"], "folder": "$(dirname "$agent")" }
  }
}
JSON
cp "$(dirname "$agent")"/*.runtimeconfig.json "$scratch/release/"

say "starting three agents"
start_agent() { # id type capabilities
  dotnet exec "$agent" --coordinator "$coordinator" --id "$1" --type "$2" --capabilities "$3" --slots 2 \
    --config "$scratch/limits.json" --journal "$scratch/$1.journal" --deregister >"$scratch/$1.log" 2>&1 &
  pids+=($!)
}
start_agent "$run-inspector" security security_scan
start_agent "$run-tester" qa_automation testing
start_agent "$run-watcher" monitoring monitoring,analysis

# Each event of this run on one line: time, what, task, agent.
show_events() {
  local line type="" at task who
  while read -r line; do
    if [[ $line == event:* ]]; then
      type=${line#event: }
    elif [[ $line == data:* && $line =~ \"at\":\"[^T]*T([0-9:.]{12}) && $line == *"$run"* ]]; then
      at=${BASH_REMATCH[1]}
      [[ $line =~ \"task_id\":\"([^\"]*)\" ]] && task=${BASH_REMATCH[1]#"$run-"}
      [[ $line =~ \"agent_id\":\"([^\"]*)\" ]] && who=" (${BASH_REMATCH[1]#"$run-"})" || who=
      printf '  %s  %-20s %s%s\n' "$at" "$type" "$task" "$who"
      [[ $task == summary && $type == task.c* ]] && return # completed or cancelled
    fi
  done
}
mkfifo "$scratch/events"
curl -fsSN "$coordinator/events?type=task.*" >"$scratch/events" 2>/dev/null &
pids+=($!)
show_events <"$scratch/events" &
shown=$!

task() { # name type priority description work [parents]
  printf '{"id":"%s-%s","task_type":"%s","priority":%s,"description":"%s","requirements":{"work":%s},"dependencies":[%s]}' \
    "$run" "$1" "$2" "$3" "$4" "$5" "${6:-}"
}
parent() { printf '"%s-%s"' "$run" "$1"; }

say "submitting a release check: checksums, then tests, then checks of the three services, then the summary"
all="$(parent checksums),$(parent syntax),$(parent smoke),$(parent coordinator),$(parent learning),$(parent optimizer)"
cat >"$scratch/tasks.json" <<JSON
[
  $(task checksums security_scan 4 "checksums of the artefacts" '{"kind":"checksum","path":"."}'),
  $(task syntax testing 3 "syntax of the scripts" '{"kind":"shell","command":"script-syntax"}' "$(parent checksums)"),
  $(task smoke testing 3 "smoke test of the agent" '{"kind":"shell","command":"smoke-test"}' "$(parent checksums)"),
  $(task coordinator monitoring 3 "is the coordinator healthy" "{\"kind\":\"http_check\",\"url\":\"$coordinator/health\",\"text\":\"healthy\"}" "$(parent syntax),$(parent smoke)"),
  $(task learning monitoring 3 "is the learning engine healthy" "{\"kind\":\"http_check\",\"url\":\"$learning/health\",\"text\":\"healthy\"}" "$(parent syntax),$(parent smoke)"),
  $(task optimizer monitoring 3 "is the optimizer healthy" "{\"kind\":\"http_check\",\"url\":\"$optimizer/health\",\"text\":\"healthy\"}" "$(parent syntax),$(parent smoke)"),
  $(task summary analysis 5 "is the release ready" '{"kind":"summary"}' "$all")
]
JSON
curl -sS -X POST "$coordinator/tasks/batch" -H 'Content-Type: application/json' -H "Idempotency-Key: $run" \
  --data-binary "@$scratch/tasks.json" >"$scratch/submitted"
grep -q '"accepted" *: *7' "$scratch/submitted" || { echo "not all tasks were accepted:" >&2; cat "$scratch/submitted" >&2; exit 1; }

status=pending
for _ in $(seq 1 100); do
  curl -fsS "$coordinator/tasks/$run-summary" >"$scratch/summary" && status=$(member status <"$scratch/summary")
  case $status in completed | failed | cancelled) break ;; esac
  sleep 0.5
done
for _ in $(seq 1 30); do # the stream's last line may still be on its way
  kill -0 "$shown" 2>/dev/null || break
  sleep 0.1
done

say "what came of it"
for name in checksums syntax smoke coordinator learning optimizer summary; do
  curl -fsS "$coordinator/tasks/$run-$name" >"$scratch/one"
  who=$(member assigned_agent <"$scratch/one")
  printf '  %-12s %-10s by %s\n' "$name" "$(member status <"$scratch/one")" "${who#"$run-"}"
done
printf '  the release is %s; %s\n' "$(member verdict <"$scratch/summary")" "$(grep -o '"passed" *: *[0-9]*' "$scratch/summary" | grep -o '[0-9]*$') of 6 checks passed"
printf '  experiences that the learning engine now holds: %s\n' "$(curl -fsS "$learning/learning/status" | sed -n 's/.*"total_experiences" *: *\([0-9]*\).*/\1/p')"
echo "  full history of a task: curl $coordinator/tasks/$run-summary/history"
echo "  everything else to try: $coordinator/docs"
if [ "$status" != completed ]; then
  say "the summary is $status; the agents' logs:"
  tail -n 20 "$scratch"/*.log >&2
  exit 1
fi
