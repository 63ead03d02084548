#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# More profiles against crun and runc, and every file of tests/data and profiles/.

load ../e2e/lib.bash

setup() {
  e2e_setup
  ORACLE=("$B/tests/oracle.bin/oracle" --build "$B/tests/oracle.bin")
}

@test "verdicts and runtimes agree on more generated profiles" {
  run "${ORACLE[@]}" --seed 5000 --cases 300 --seconds "${SCD_ORACLE_SECONDS:-180}"
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "verdicts and runtimes agree on the profiles of the library and of the tests" {
  run "${ORACLE[@]}" "$BATS_TEST_DIRNAME"/../../profiles/*/*.json \
    "$BATS_TEST_DIRNAME"/../data/valid/*.json "$BATS_TEST_DIRNAME"/../data/tricky/*.json
  echo "$output"
  [ "$status" -eq 0 ]
}
