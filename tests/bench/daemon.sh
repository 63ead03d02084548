#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The daemon with 100 profiles of 13 KiB: time from the swap of the volume to the last rename, and
# resident memory afterwards, and after an answer of each kind. The bare time of the same work stands beside it: bench_check.
set -euo pipefail

B=${B:-build}
work=$(mktemp -d)
daemon=
cleanup() {
  if [ -n "$daemon" ]; then
    kill "$daemon"
    wait "$daemon" || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT
mkdir "$work/source" "$work/destination" "$work/payload"

# One generation: 100 profiles, all different, padded to the size of Docker's default.
generation() {
  for i in $(seq 100); do
    jq --arg call "$1" '.syscalls += [{names: [$call], action: "SCMP_ACT_ALLOW"}]' \
      profiles/applications/web.json > "$work/payload/$i.json"
    printf "%*s\n" $((13470 - $(stat -c %s "$work/payload/$i.json") - i)) '' >> "$work/payload/$i.json"
  done
  "$B/tests/atomic_writer" "$work/source" "$work/payload"
}

# The moment of the last rename that put a profile in place, from ctimes.
last_rename() { find "$work/destination" -name '*.json' ! -name '.*' -printf '%C@\n' | sort -n | tail -1; }
swap_time() { find "$work/source" -maxdepth 1 -name ..data -printf '%C@\n'; }
installed() { find "$work/destination" -name '*.json' ! -name '.*' -newer "$work/mark" | wc -l; }

memory() { awk -v when="$1" '/VmRSS|RssAnon|VmHWM/ { printf "%s %s kB  ", $1, $2 } END { print when }' "/proc/$daemon/status"; }

# Of the daemon and of its children that have ended, in milliseconds: says the same on a busy machine.
processor_time() {
  awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13 + $14 + $15) * 1000 / hz }' "/proc/$daemon/stat"
}

"$B/seccompd" --source="$work/source" --destination="$work/destination" --listen=127.0.0.1:0 --v=1 2> "$work/log" &
daemon=$!
for call in getpid getppid; do
  touch "$work/mark"
  before=$(processor_time)
  generation "$call"
  for _ in $(seq 600); do
    [ "$(installed)" -ge 100 ] && break
    sleep 0.05
  done
  sleep 1.5
  awk -v a="$(swap_time)" -v b="$(last_rename)" -v call="$call" -v cpu="$(processor_time)" -v before="$before" 'BEGIN {
    printf "100 profiles of 13 KiB (%s): %.2f s from the swap to the last rename, %.2f s of processor time\n",
      call, b - a, (cpu - before) / 1000 }'
done
memory 'after the syncs'

# What one answer needs goes back when the last connection is over, 5 s at most.
port=$(sed -n 's/.*"msg":"Started".*"port":\([0-9]*\).*/\1/p' "$work/log")
for path in / status metrics readyz livez version; do
  curl -sS -o "$work/answer" -w "%{time_total} s, %{size_download} bytes: /${path#/}\n" "http://127.0.0.1:$port/${path#/}"
done
sleep 6
memory 'after an answer of each kind'

