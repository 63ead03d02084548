#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The main job on the profiles of this repository: a kubelet volume in a temporary directory,
# the real daemon, its answers, and a change that arrives. Leaves nothing behind.
set -euo pipefail

here=$(cd "$(dirname "$0")/../.." && pwd)
B=${B:-$here/build}
work=$(mktemp -d /tmp/seccompd-demo.XXXXXX)
daemon=

cleanup() {
  if [ -n "$daemon" ]; then
    kill -TERM "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
publish() { "$B/tests/atomic_writer" "$work/profiles/$1" "$work/payload/$1"; }
get() { curl -sS --max-time 5 "http://127.0.0.1:$port$1"; }

# Waits until /status has something to say that the filter finds true.
wait_for() {
  for _ in $(seq 100); do
    if get /status 2>/dev/null | jq -ne "input | ($1)" >/dev/null 2>&1; then return 0; fi
    sleep 0.05
  done
  echo "demo: waited too long for: $1" >&2
  return 1
}

mkdir -p "$work"/payload/{base,applications} "$work"/profiles/{base,applications} \
  "$work/host/seccomp/profiles"
cp "$here"/profiles/base/*.json "$work/payload/base/"
cp "$here"/profiles/applications/*.json "$work/payload/applications/"

# Two that a busybox loop would have copied: one runs containers unconfined, one starts none.
echo '{"defaultActions": "SCMP_ACT_ERRNO"}' > "$work/payload/applications/fail-open.json"
cat > "$work/payload/applications/typo.json" <<'JSON'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "syscalls": [
    { "names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALOW" }
  ]
}
JSON

say '1. Two ConfigMap volumes, laid out as kubelet does'
publish base
publish applications
(cd "$work/profiles" && ls -d ./*/..data ./*/*.json)

say '2. seccompd starts on them'
"$B/seccompd" --source="$work/profiles" --destination="$work/host/seccomp/profiles" \
  --listen=127.0.0.1:0 --logging-format=text 2> "$work/log" &
daemon=$!
port=
for _ in $(seq 100); do
  port=$(sed -n 's/.*"Started".* port=\([0-9]*\).*/\1/p' "$work/log")
  [ -n "$port" ] && break
  sleep 0.05
done
[ -n "$port" ] || { cat "$work/log" >&2; exit 1; }
wait_for '.summary.installed > 0'
grep -v '^ *$' "$work/log" | cut -c1-170

say '3. What is on the node, and what was rejected and why'
"$B/seccompctl" status "http://127.0.0.1:$port" || true

say '4. What the probes and Prometheus see'
printf '/livez:   '; get /livez; echo
printf '/readyz:  '; get /readyz; echo
printf '/version: '; get /version; echo
get /metrics | grep '^seccompd_profiles{'

say '5. The typo is corrected: a new generation of the volume arrives'
sed -i 's/SCMP_ACT_ALOW/SCMP_ACT_ALLOW/; s/"exit_group"/"exit_group", "execve", "arch_prctl", "close", "fstatfs", "getdents64", "openat"/' \
  "$work/payload/applications/typo.json"
publish applications
wait_for '.profiles[] | select(.name == "applications/typo.json") | .state == "Installed"'
"$B/seccompctl" status "http://127.0.0.1:$port" | grep -E 'NAME|typo' || true
sha256sum "$work/host/seccomp/profiles/applications/typo.json" | cut -c1-12

say '6. SIGTERM'
kill -TERM "$daemon"
code=0
wait "$daemon" || code=$?
daemon=
echo "exit code $code"
[ "$code" -eq 0 ]
