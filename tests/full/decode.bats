#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What we read in a text is what encoding/json reads in it, the decoder of containerd and CRI-O.

load ../e2e/lib.bash

setup() {
  local go

  # Debian's first; SCD_GO names another.
  for go in "${SCD_GO-}" /usr/bin/go go; do
    [ -n "$go" ] && command -v "$go" >/dev/null && break
    go=
  done
  [ -n "$go" ] || skip_or_fail 'go is not installed'
  DECODE=$B/tests/oracle.bin/decode
  cd "$BATS_TEST_TMPDIR" || return
  GO111MODULE=off GOTOOLCHAIN=local GOCACHE=$BATS_TEST_TMPDIR/cache "$go" build -o go \
    "$BATS_TEST_DIRNAME/decode/main.go"
}

# Compares line by line. What we reject may be anything; what we accept is read to the same values.
compare() {
  "$DECODE" values <input >ours
  ./go <input >theirs
  [ "$(wc -l <ours)" -eq "$(wc -l <theirs)" ]
  paste -d '\t' ours theirs | awk -F '\t' '
    $1 == "rejected" { rejected++; panics += $2 == "panic"; next }
    $1 == $2 { same++; next }
    { printf "line %d:\n  %s\n  %s\n", NR, $1, $2; different++ }
    END {
      printf "%d read the same, %d rejected (CRI-O would panic on %d), %d different\n",
        same, rejected, panics, different
      exit different > 0 || same == 0
    }'
}

@test "texts that are accepted are decoded by Go to the same values" {
  "$DECODE" texts "${SCD_DECODE_SEED:-1}" "${SCD_DECODE_TEXTS:-10000}" \
    "$BATS_TEST_DIRNAME"/../data/*/*.json >input
  run compare
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "a fuzzer's seeds that are accepted are decoded by Go to the same values" {
  for seed in "$BATS_TEST_DIRNAME"/../data/fuzz/{json,check,profile}/*; do
    # The first byte of some is not text.
    for text in "$seed" <(tail -c +2 "$seed"); do
      cat "$text" >one
      wc -c <one
      cat one
    done
  done >input
  run compare
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "a difference is noticed, and the panic of CRI-O is seen" {
  text='{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[null]}'
  printf '%d\n%s' "${#text}" "$text" >input
  run ./go <input
  [ "${lines[1]}" = panic ]
  text='{"defaultAction":"SCMP_ACT_ALLOW"}'
  printf '%d\n%s' "${#text}" "$text" >input
  run compare
  [ "$status" -eq 0 ]
  DECODE=$BATS_TEST_TMPDIR/liar
  # shellcheck disable=SC2016
  printf '#!/bin/sh\n"%s" "$@" | sed s/-/1/\n' "$B/tests/oracle.bin/decode" >"$DECODE"
  chmod +x "$DECODE"
  run compare
  [ "$status" -ne 0 ]
  [[ $output = *'2 different'* ]]
}
