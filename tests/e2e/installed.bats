#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the daemon left on disk, given to the real runtimes.

load lib.bash

setup() { e2e_setup; }

# Installs the library as the daemon does, with a bad profile among it, into $DEST.
install_library() {
  SOURCE=$BATS_TEST_TMPDIR/source
  DEST=$BATS_TEST_TMPDIR/seccomp/profiles
  mkdir -p "$SOURCE/base" "$SOURCE/applications" "$DEST"
  "$B/tests/atomic_writer" "$SOURCE/base" profiles/base
  "$B/tests/atomic_writer" "$SOURCE/applications" profiles/applications
  "$B/seccompd" --source="$SOURCE" --destination="$DEST" --one-time
}

@test "every file that the daemon installs starts a container with crun and with runc" {
  install_library
  count=0
  while read -r file; do
    for runtime in crun runc; do
      run e2e_run "$runtime" "$file" true true
      echo "$runtime $file: $output"
      [ "$status" -eq 0 ]
      count=$((count + 1))
    done
  done < <(find "$DEST" -name '*.json' ! -name '.*')
  echo "# $count starts" >&3
  [ "$count" -ge 8 ]
}

@test "no other file that the daemon leaves serves as a profile" {
  install_library
  echo '{"defaultAction": "SCMP_ACT_A' > "$DEST/.seccompd.tmp.0123456789abcdef" # as after a crash
  count=0
  while read -r file; do
    for runtime in crun runc; do
      e2e_refused "$runtime" "$file"
      count=$((count + 1))
    done
  done < <(find "$DEST" -type f -name '.*')
  echo "# $count refusals" >&3
  [ "$count" -ge 6 ]
}
