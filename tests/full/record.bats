#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that people run in containers: recorded under load, then run again under the recorded
# profile in containers of crun and runc, with and without no_new_privs, with the same load.
# shellcheck disable=SC2016 # jq expands what stands in single quotes

bats_require_minimum_version 1.5.0
# shellcheck source=../e2e/lib.bash
load ../e2e/lib

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  E2E_TIMEOUT=60
  e2e_setup
  # Not below /tmp of bats: uid 65534 has to get in.
  WORK=$(mktemp -d /var/tmp/scd-record.XXXXXX)
  chmod 755 "$WORK"
  # The host's programs, read-only, and the place to work in.
  for dir in usr etc "${WORK#/}"; do mkdir -p "$E2E_WORK/rootfs/$dir"; done
  for dir in bin sbin lib lib64 lib32; do
    [ ! -L "/$dir" ] || { rm -rf "$E2E_WORK/rootfs/${dir:?}" && cp -P "/$dir" "$E2E_WORK/rootfs/$dir"; }
  done
  cp "$BATS_TEST_DIRNAME/load.sh" "$WORK/load.sh"
}

teardown() { rm -rf "${WORK:?}"; }

# A fresh directory to work in.
place() {
  rm -rf "$WORK/at"
  mkdir -m 755 "$WORK/at"
}

# contained RUNTIME NNP PROFILE COMMAND...: the exit status is the command's.
contained() {
  local runtime=$1 nnp=$2 profile=$3 bundle=$E2E_WORK/bundle
  shift 3
  rm -rf "$bundle"
  e2e_bundle "$bundle" "$nnp" "$@" < "$profile"
  jq --arg work "$WORK" '.mounts += ([["/usr", "ro"], ["/etc", "ro"], [$work, "rw"]]
      | map({destination: .[0], type: "bind", source: .[0], options: ["rbind", .[1]]}))
    | .process.env = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp"]' "$bundle/config.json" > "$bundle/new"
  mv "$bundle/new" "$bundle/config.json"
  "$E2E_DIR/contain.sh" "$runtime" run "$bundle" "scd-record-$$-$RANDOM" "$E2E_TIMEOUT" < /dev/null
}

# proof NAME NEEDED [PROGRAM]: records, runs again everywhere, and without NEEDED.
proof() {
  local name=$1 needed=$2 target runtime nnp profile
  command -v "${3:-$name}" > /dev/null || skip_or_fail "${3:-$name} is not installed"
  place
  timeout 120 "$ctl" record -o "$WORK/p.json" -- "$WORK/load.sh" "$name" "$WORK/at"
  "$ctl" validate -q --strict "$WORK/p.json"

  place # on the host, nothing is denied
  timeout 120 "$ctl" run --fail-on-denied "$WORK/p.json" -- "$WORK/load.sh" "$name" "$WORK/at"

  # crun with no_new_privs loads the filter last: there the first call denied is the end of the program.
  jq '.defaultAction = "SCMP_ACT_KILL_PROCESS" | del(.defaultErrnoRet)' "$WORK/p.json" > "$WORK/kill.json"
  for target in 'crun true kill' 'crun false p' 'runc true p' 'runc false p'; do
    read -r runtime nnp profile <<< "$target"
    place
    contained "$runtime" "$nnp" "$WORK/$profile.json" "$WORK/load.sh" "$name" "$WORK/at" ||
      { echo "$runtime, no_new_privs $nnp, $profile.json: exit $?" && return 1; }
  done

  # One call less, and run names it. What hangs is killed, alone, as the filter may deny it a process group of its
  # own; what it leaves behind is ended by the signal that the second timeout(1) sends.
  place
  jq --arg call "$needed" '.syscalls[].names -= [$call]' "$WORK/p.json" > "$WORK/less.json"
  LIMIT=4 timeout -k 10 12 "$ctl" run -o json --report "$WORK/r.json" "$WORK/less.json" -- \
    timeout --foreground -s KILL 10 "$WORK/load.sh" "$name" "$WORK/at" > /dev/null 2>&1 || true
  jq_true --arg call "$needed" 'any(.denied[]; .syscall == $call and .errno == 38 and (.examples | length > 0))' "$WORK/r.json"
}

@test "nginx serves pages under its recorded profile" { proof nginx accept4; }

@test "Redis takes redis-benchmark under its recorded profile" { proof redis listen redis-server; }

@test "PostgreSQL takes pgbench under its recorded profile" { proof postgres shmget pgbench; }

@test "a Python program runs under its recorded profile" { proof python socket /usr/bin/python3; }

@test "a Node.js program runs under its recorded profile" { proof node eventfd2; }

@test "a Go program runs under its recorded profile" {
  command -v go > /dev/null || skip_or_fail 'go is not installed'
  place
  # What it needs of Go's library is compiled once for all runs.
  GO_CACHE=$(dirname "$ctl")/go-cache "$WORK/load.sh" prepare-go "$WORK/at"
  proof go epoll_create1
}

@test "a JVM runs under its recorded profile" {
  command -v javac > /dev/null || skip_or_fail 'javac is not installed'
  place
  "$WORK/load.sh" prepare-java "$WORK/at"
  proof java sched_getaffinity
}
