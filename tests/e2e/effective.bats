#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The program that the kernel runs for a container is the one that the verdict is about: taken
# out of a running container and compared with our model, instruction by instruction.

load lib.bash

setup() {
  e2e_setup
  BASE=$BATS_TEST_DIRNAME/../../profiles/base/minimal.json
  # What the sleeping program needs is there.
  jq_true 'any(.syscalls[].names[]; . == "nanosleep")' "$BASE" >/dev/null
}

# What the kernel has is what we say: RUNTIME PROFILE.
loads_what_we_say() {
  local token=20.$RANDOM$RANDOM

  E2E_TIMEOUT=20 e2e_run "$1" "$2" true sleep "$token" >/dev/null 2>&1 &
  run "$B/tests/loaded_filter" "$1" "$2" "$token"
  wait || true
  echo "# $1 ${2##*/}: $output" >&3
  [ "$status" -ne 2 ] || skip_or_fail "no filter can be taken out of a process here: $output"
  [ "$status" -eq 0 ]
}

changed() {
  jq "$2" "$BASE" >"$BATS_TEST_TMPDIR/$1.json"
}

@test "crun loads what libseccomp makes of the profile, and nothing else" {
  changed default-kill '.defaultAction = "SCMP_ACT_KILL_PROCESS" | del(.defaultErrnoRet)'
  for profile in "$BASE" "$BATS_TEST_TMPDIR/default-kill.json"; do
    loads_what_we_say crun "$profile"
  done
}

# shellcheck disable=SC2016
@test "runc loads its ENOSYS stub and that, whatever the architectures and rules are" {
  [[ $(runc --version) == *' 1.1.'* ]] || skip_or_fail 'another runc has another stub'
  changed one-architecture '.architectures = ["SCMP_ARCH_X86_64"]'
  changed two-modes '.architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"]'
  changed none 'del(.architectures)'
  changed other '.architectures = ["SCMP_ARCH_X86"]'
  changed allowed '.defaultAction = "SCMP_ACT_ALLOW" | del(.defaultErrnoRet)
    | .syscalls = [{names: ["bpf"], action: "SCMP_ACT_ERRNO"}]'
  changed conditions '.defaultErrnoRet = 1 | .syscalls += [
    {names: ["personality", "no_such_call"], action: "SCMP_ACT_ALLOW",
     args: [{index: 0, op: "SCMP_CMP_EQ", value: 8}]},
    {names: ["ioctl"], action: "SCMP_ACT_ERRNO", errnoRet: 1},
    {names: ["io_uring_setup"], action: "SCMP_ACT_LOG"}]'
  for profile in "$BASE" "$BATS_TEST_TMPDIR"/*.json; do
    loads_what_we_say runc "$profile"
  done
}
