#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2030,SC2031
# Inputs that libseccomp 2.5.4 takes seconds to minutes over, or corrupts its heap with, and large
# ones that cost nothing and start everywhere: each gets its verdict within the limits of a check.

load ../e2e/lib.bash

TABLE=$BATS_TEST_DIRNAME/../../common/syscall_args.c

OPTIONS=()

setup() { cd "$BATS_TEST_TMPDIR" || return 1; }

# A deny list of the rules that a jq program prints, after definitions that all of them use.
# shellcheck disable=SC2016
profile() {
  jq -cn --slurpfile calls <(printf '%s\n' "${CALLS[@]}" | jq -R .) \
    --slurpfile numbers <(printf '%s\n' "${NUMBERS[@]}" | jq -R .) '
    def arg($i; $op; $v): {index: $i, op: "SCMP_CMP_\($op)", value: $v};
    def masked($i; $v): {index: $i, op: "SCMP_CMP_MASKED_EQ", value: $v, valueTwo: ($v / 2 | floor)};
    def deny($names; $args): {names: $names, action: "SCMP_ACT_ERRNO", args: $args};
    def spread($n): ($n * 2654435761 + 12345) % 9007199254740000;
    {defaultAction: "SCMP_ACT_ALLOW",
     architectures: ["SCMP_ARCH_X86_64"], syscalls: [ '"$1"' ]}'
}

# Names of calls, all and those with a number as argument 2.
mapfile -t CALLS < <(awk -F '"' '/^\t\{ "/ { print $2 }' "$TABLE" | sort -u)
mapfile -t NUMBERS < <(awk -F '"' '/^\t\{ "/ && $4 ~ /^..[zilu]/ { print $2 }' "$TABLE" | sort -u)

# judge NAME RULES...: the verdict's status and rules in $status and $output, within 40 seconds.
judge() {
  local start=$SECONDS

  profile "$2" >"$1.json"
  run timeout 60 "$B/seccompctl" validate -o json "${OPTIONS[@]}" "$1.json"
  echo "# $1: $(wc -c <"$1.json") bytes, $((SECONDS - start)) s, status $status," \
    "$(jq -r '[.files[].findings[] | select(.severity == "error").ruleId] | unique | join(" ")' <<<"$output")" >&3
  [ "$((SECONDS - start))" -le 40 ]
  [ "$status" -le 1 ]
}

is_too_expensive() {
  judge "$@"
  [ "$status" -eq 1 ]
  jq_true '[.files[].findings[] | select(.severity == "error").ruleId]
         | unique == ["SCP057"] or unique == ["SCP056"]' <<<"$output" >/dev/null
}

# shellcheck disable=SC2016
@test "what libseccomp needs minutes for is refused within the limits" {
  # 75 s in 2.5.4: six conditions a rule, all different.
  is_too_expensive six-eq 'range(600) as $n | deny(["mmap"]; [range(6) as $i | arg($i; "EQ"; spread($n * 6 + $i))])'
  # 37 s.
  is_too_expensive masks 'range(2000) as $n | deny(["ioctl"]; [masked(1; spread($n))])'
  # 24 s, of 16 KB: names times conditions on one argument, of which crun reads six.
  OPTIONS=(--oci-runtime=runc)
  is_too_expensive product 'deny($numbers; [range(65537 / ($numbers | length) + 1) as $n | arg(2; "EQ"; $n)])'
  is_too_expensive product-below-the-limit 'deny($numbers; [range(60000 / ($numbers | length)) as $n | arg(2; "EQ"; $n)])'
}

# shellcheck disable=SC2016
@test "more of what libseccomp needs half a minute and more for" {
  [ -n "${SCD_ALL_COSTS-}" ] || skip 'by make check-long'
  # 28 s, and more than can be loaded.
  is_too_expensive six-le 'range(150) as $n | deny(["mmap"]; [range(6) as $i
    | arg($i; if $n % 2 == 0 then "LE" else "GE" end; spread($n * 6 + $i))])'
  # 65 s.
  is_too_expensive spread 'range(40) as $n | range(60) as $c
    | deny([$numbers[$c]]; [masked(2; spread($n * 61 + $c))])'
}

# shellcheck disable=SC2016
@test "what overflows libseccomp's counters is never given to it" {
  local start=$SECONDS

  is_too_expensive overflow 'range(2217) as $n | deny(["mmap"]; [range(6) as $i | arg($i; "GE"; spread($n * 6 + $i))])'
  [ "$((SECONDS - start))" -le 10 ]
}

# shellcheck disable=SC2016
@test "a profile that runtimes load in seconds gets a verdict" {
  # 4.8 s, and it loads, but does not do what it says: the comparison or a limit finds out first.
  judge loadable 'range(100) as $n | deny(["mmap"]; [range(6) as $i | arg($i; "LE"; spread($n * 6 + $i))])'
  jq_true '[.files[].findings[] | select(.severity == "error").ruleId] | unique
         == ["SCP018"] or unique == ["SCP057"]' <<<"$output" >/dev/null
}

is_accepted_and_starts() {
  local runtime

  judge "$1" "$2"
  [ "$status" -eq 0 ]
  for runtime in "${E2E_RUNTIMES[@]}"; do
    e2e_run "$runtime" "$BATS_TEST_TMPDIR/$1.json" true true
  done
}

# shellcheck disable=SC2016
@test "large profiles that cost nothing are accepted, and containers start under them" {
  e2e_setup
  is_accepted_and_starts arguments 'range(1400) as $n | deny(["ioctl"]; [arg(2; "EQ"; $n + 4096)])'
  is_accepted_and_starts repeated 'range(10000) | {names: ["bpf"], action: "SCMP_ACT_ERRNO"}'
  is_accepted_and_starts equal 'range(4000) as $n | deny(["ioctl"]; [arg(2; "EQ"; $n * 3)])'
}

# A loop without an end in 2.5.4: a masked comparison beside an order on the same argument, below
# one on another.
@test "two rules that libseccomp comes to no end with are refused, and hang the runtimes" {
  local runtime start

  e2e_setup
  start=$SECONDS
  cat >endless.json <<'END'
{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
  {"names": ["execve", "exit_group", "close", "write", "read"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["fcntl"], "action": "SCMP_ACT_ALLOW", "args": [
    {"index": 0, "value": 256, "op": "SCMP_CMP_LT"}, {"index": 1, "value": 3, "op": "SCMP_CMP_GE"}]},
  {"names": ["fcntl"], "action": "SCMP_ACT_ALLOW", "args": [
    {"index": 0, "value": 256, "op": "SCMP_CMP_LT"},
    {"index": 1, "value": 8, "valueTwo": 2, "op": "SCMP_CMP_MASKED_EQ"}]}]}
END
  run timeout 60 "$B/seccompctl" validate -o json endless.json
  [ "$status" -eq 1 ]
  jq_true 'any(.files[].findings[]; .ruleId == "SCP057" and (.message | test("comes to no end with this rule for fcntl")))' <<<"$output" >/dev/null
  [ "$((SECONDS - start))" -le 5 ]
  for runtime in crun runc; do
    E2E_TIMEOUT=5 run e2e_run "$runtime" endless.json true /bin/true
    [ "$status" -eq 124 ]
  done
}
