#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Verdicts and simulated actions against what crun and runc do: tests/oracle.

load lib.bash

setup() {
  e2e_setup
  ORACLE=("$B/tests/oracle.bin/oracle" --build "$B/tests/oracle.bin")
}

@test "verdicts and runtimes agree on generated profiles" {
  run "${ORACLE[@]}" --seed 1 --cases "${SCD_ORACLE_CASES:-30}" --seconds "${SCD_ORACLE_SECONDS:-60}"
  echo "$output"
  [ "$status" -eq 0 ]
  # Not because nothing was tried.
  [[ $output =~ crun:\ ([0-9]+)\ profiles\ accepted,\ ([0-9]+)\ rejected.*,\ ([0-9]+)\ calls\ made ]]
  [ "${BASH_REMATCH[1]}" -gt 0 ] && [ "${BASH_REMATCH[2]}" -gt 0 ] && [ "${BASH_REMATCH[3]}" -gt 100 ]
}

@test "verdicts and runtimes agree on profiles on which they once did not" {
  run "${ORACLE[@]}" "$BATS_TEST_DIRNAME"/../data/oracle/*.json
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "a wrong simulation is noticed, and the profile made small" {
  run "${ORACLE[@]}" --lie --most 1 --tries 50 --seed 1 --cases 30
  echo "$output"
  [ "$status" -eq 1 ]
  [[ $output = *'not ok'*'another action'*'1 disagreements' ]]
  "${ORACLE[@]}" --list --seed 1 --cases 30 >"$E2E_WORK/list"
  small=$(sed -n '/^{/,/}$/p' <<<"$output")
  jq_true . <<<"$small" >/dev/null
  [ "${#small}" -lt "$(awk 'NR == 2 { print length }' "$E2E_WORK/list")" ]
}
