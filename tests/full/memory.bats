#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Memory, by a tool that is too slow for every run; and the fuzz targets, for a moment each.

load ../common.bash

@test "unit tests of what reads strangers' texts are clean under valgrind" {
  for test in text json profile report value options ledger plan outcome status_table; do
    make -s "$B/tests/test_$test" B="$B"
    run valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=99 "$B/tests/test_$test"
    echo "$test: $output"
    [ "$status" -eq 0 ]
  done
}

@test "every fuzz target builds and survives a few seconds" {
  make -s fuzz FUZZ_TIME=2
}
