#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run_test.sh LOG COMMAND... - one program or file of tests, of the many that make runs at once. What it says
# goes to stdout under its name, and into LOG, whose last line is for tests/verdict.sh: == STATUS SECONDS
set -u

log=$1
name=${log#*/results/}
shift
mkdir -p "$(dirname "$log")"

# A make in a test is its own: of the one above it has neither the goals nor the jobs.
unset MAKEFLAGS MFLAGS MAKELEVEL

start=$SECONDS
"$@" </dev/null >"$log.part" 2>&1
status=$?
took=$((SECONDS - start))
# cmocka 1.1 says "not ok 1 # SKIP name" of a test that was skipped; in TAP that is a failure.
sed -i -E 's/^not ok ([0-9]+) # SKIP /ok \1 # SKIP /' "$log.part"
echo "== ${name%.test}: $took s$([ "$status" -eq 0 ] || echo ", FAILED with status $status")"
cat "$log.part"
echo "== $status $took" >>"$log.part"
mv "$log.part" "$log"
exit "$status"
