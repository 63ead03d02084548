#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The table of symbolic values against the headers of this machine.

bats_require_minimum_version 1.5.0

setup() {
  export LC_ALL=C # join and sort agree
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  B=${B:-$root/build}
}

@test "every symbolic value is what this machine's headers say" {
  [ "$(uname -m)" = x86_64 ] || skip "the headers are of $(uname -m)"
  cd "$BATS_TEST_TMPDIR" || return
  { "$BATS_TEST_DIRNAME/constants.sh" kernel
    "$BATS_TEST_DIRNAME/constants.sh" libc; } > both
  # Where both have a name the kernel's value counts.
  awk '!seen[$1]++' both | sort > headers
  "$B/tests/constants" x86_64 | sort -u > ours
  [ "$(wc -l < ours)" -ge 800 ]
  [ "$(join -v 2 headers ours)" = "SOCK_TYPE_MASK 15" ] # the kernel's alone: include/linux/net.h
  join headers ours | awk '$2 != $3 { print; wrong = 1 } END { exit wrong }'
}
