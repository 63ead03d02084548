#!/bin/bash
# SPDX-License-Identifier: MIT
# What watching costs: the best of three times of a command alone, under `seccompctl run`, under
# `seccompctl record`, with a base and without, and under strace -f -c. B is the build directory.
set -eu
export LC_ALL=C
ctl=${B:-build}/seccompctl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

best() {
  local least='' took start
  for _ in 1 2 3; do
    start=$(date +%s%N)
    "$@" > /dev/null 2>&1
    took=$((($(date +%s%N) - start) / 1000000))
    [ -n "$least" ] && [ "$least" -le "$took" ] || least=$took
  done
  echo "$least"
}

measure() {
  local name=$1 alone run base record strace
  shift
  "$ctl" record -o "$work/base.json" -- "$@" > /dev/null 2>&1
  alone=$(best "$@")
  run=$(best "$ctl" run "$work/base.json" -- "$@")
  base=$(best "$ctl" record -o "$work/p.json" --base "$work/base.json" -- "$@")
  record=$(best "$ctl" record -o "$work/p.json" -- "$@")
  strace=$(best strace -f -c -o "$work/strace" "$@")
  printf '%-28s alone %5d  run %5d  record --base %5d  record %5d  strace -f -c %5d ms; record/strace %s\n' \
    "$name" "$alone" "$run" "$base" "$record" "$strace" "$(awk "BEGIN { printf \"%.2f\", $record / $strace }")"
}

measure 'dd, 200,000 calls' dd if=/dev/zero of=/dev/null bs=1 count=100000
measure 'find /usr/share/doc' find /usr/share/doc -type f -size +1k
# shellcheck disable=SC2016
measure '200 processes' sh -c 'i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i + 1)); done'
