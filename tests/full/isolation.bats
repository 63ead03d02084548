#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own.
# shellcheck disable=SC2030,SC2031
# One profile costs one child and one finding, whatever it is, and the others are installed on time.

bats_require_minimum_version 1.5.0
load ../integration/lib.bash

setup() { volume_setup; }
teardown() { volume_teardown; }

finding() { status ".profiles[] | select(.name == \"$1\") | .findings[0].ruleId"; }
is_judged() { [ "$(state_of "$1")" != Pending ] && [ -n "$(state_of "$1")" ]; }

good_ones() { for i in $(seq 20); do good_profile | sed "s/\"errnoRet\": 1/\"errnoRet\": $i/" > "$PAYLOAD/good$i.json"; done; }
good_are_installed() { [ "$(status '[.profiles[] | select((.name | startswith("good")) and .state == "Installed")] | length')" = 20 ]; }

@test "the slowest inputs that are known cost a finding each, and nobody waits for them" {
  good_ones
  # Below 1 MiB each: what takes libseccomp from 10 s to many minutes.
  slow_profile > "$PAYLOAD/ordered.json"
  jq -nc '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [range(600) as $i | {names: ["read"], action: "SCMP_ACT_ALLOW",
    args: [range(6) as $k | {index: $k, value: ($i * 7919 + $k * 104729), op: "SCMP_CMP_EQ"}]}]}' > "$PAYLOAD/equal.json"
  jq -nc '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [range(2000) as $i | {names: ["read"], action: "SCMP_ACT_ALLOW",
    args: [{index: 0, value: ($i * 4294967311), valueTwo: ($i * 65537), op: "SCMP_CMP_MASKED_EQ"}]}]}' > "$PAYLOAD/masked.json"
  jq -nc --argjson names "$(printf '%s\n' read write open close stat fstat lstat poll lseek mmap mprotect munmap brk ioctl access pipe select dup dup2 pause nanosleep getpid socket connect accept bind listen clone fork vfork | jq -R . | jq -sc .)" \
    '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [{names: $names, action: "SCMP_ACT_ALLOW",
    args: [range(1000) as $i | {index: 0, value: $i, op: "SCMP_CMP_NE"}]}]}' > "$PAYLOAD/product.json"
  # 13,300 conditions: more instructions than libseccomp counts; crun and runc die of a double free.
  jq -nc '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [range(2217) as $i | {names: ["read"], action: "SCMP_ACT_ALLOW",
    args: [range(6) as $k | {index: $k, value: (($i * 6 + $k) * 4294967311), op: "SCMP_CMP_GE"}]}]}' > "$PAYLOAD/overflow.json"
  # Nested as deep as a text can be, a string of 900 KiB, and 10,000 rules that name one call.
  { printf '%.0s[' $(seq 200000); } > "$PAYLOAD/deep.json"
  jq -nc '{defaultAction: ("A" * 900000)}' > "$PAYLOAD/long.json"
  jq -nc '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [range(10000) | {names: ["mount"], action: "SCMP_ACT_ERRNO"}]}' > "$PAYLOAD/rules.json"
  for f in "$PAYLOAD"/*.json; do [ "$(stat -c %s "$f")" -lt 1048576 ]; done
  publish
  daemon_start --v=1
  start=$(date +%s%N)
  eventually good_are_installed
  echo "# 20 good profiles after $((($(date +%s%N) - start) / 1000000)) ms" >&3
  bad=(ordered equal masked product overflow deep long)
  for name in "${bad[@]}" rules; do
    for _ in $(seq 12); do eventually is_judged "$name.json" 2>/dev/null && break; done
    echo "# $name.json ($(stat -c %s "$PAYLOAD/$name.json") bytes): $(state_of "$name.json") $(finding "$name.json")" >&3
  done
  for name in "${bad[@]}"; do
    is_state "$name.json" Invalid
    [ ! -e "$DEST/$name.json" ]
  done
  is_state rules.json Installed
  [ "$(code /livez)" = 200 ]
  [ "$(code /readyz)" = 200 ]
  [ "$(awk '/VmHWM/ { print $2 }' "/proc/$DAEMON/status")" -lt 32768 ] || sanitized
}

# Sends a signal to the check that runs, once there is one that no signal was sent to.
strike() {
  eventually is_another
  kill "-$1" "$CHILD"
}
is_another() {
  local child
  child=$(pgrep -P "$PROC" | head -1)
  [ -n "$child" ] && [ "$child" != "${CHILD-}" ] && CHILD=$child
}
has_failed() { [ "$(grep -c '"msg":"Check failed"' "$LOG")" = "$1" ]; }

@test "a check that crashes twice is a finding, one that others kill is none, and the next is not their victim" {
  slow_profile > "$PAYLOAD/slow.json"
  publish
  daemon_start
  strike KILL
  eventually has_failed 1
  grep '"msg":"Check failed"' "$LOG" | grep -q '"code":"no_memory"'
  strike SEGV
  eventually has_failed 2
  is_state slow.json Pending
  [ "$(metric 'seccompd_validations_total{result="crash"}')" = 0 ]
  good_ones
  publish
  eventually good_are_installed
  is_state slow.json Pending
  strike SEGV
  eventually is_state slow.json Invalid
  [ "$(metric 'seccompd_validations_total{result="crash"}')" = 1 ]
  [ "$(finding slow.json)" = SCP057 ]
}
