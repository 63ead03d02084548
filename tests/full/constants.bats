#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The table of symbolic values against the kernel's headers for other architectures.

bats_require_minimum_version 1.5.0
load ../integration/lib.bash

setup() {
  export LC_ALL=C # join and sort agree
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  cd "$BATS_TEST_TMPDIR" || return
}

# compare ARCH TRIPLET: what the headers have is in the table, with that value.
compare() {
  [ -e "/usr/$2/include/asm/ioctls.h" ] || skip_or_fail "no headers in /usr/$2/include: make deps-full"
  "$root/tests/integration/constants.sh" kernel "$2" | sort -u > headers
  [ "$(wc -l < headers)" -ge 650 ]
  "$B/tests/constants" "$1" | sort -u > ours
  join headers ours | awk '$2 != $3 { print; wrong = 1 } END { exit wrong }'
  join -v 1 headers ours > missing
  cat missing
  [ ! -s missing ]
}

@test "every symbolic value is what the headers of aarch64 say" { compare aarch64 aarch64-linux-gnu; }
@test "every symbolic value is what the headers of arm say" { compare arm arm-linux-gnueabihf; }
@test "every symbolic value is what the headers of mips64el say" { compare mipsel64 mips64el-linux-gnuabi64; }
@test "every symbolic value is what the headers of ppc64le say" { compare ppc64le powerpc64le-linux-gnu; }
@test "every symbolic value is what the headers of riscv64 say" { compare riscv64 riscv64-linux-gnu; }
@test "every symbolic value is what the headers of s390x say" { compare s390x s390x-linux-gnu; }
