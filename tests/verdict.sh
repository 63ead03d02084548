#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# verdict.sh DIR GOAL... - what the goals left in DIR by tests/run_test.sh come to: every test that failed under
# the name of its file, and how many passed. Status 1 when one failed, or left nothing behind.
set -u

dir=$1
shift
passed=0 skipped=0 failed=0
lines=() times=()

# count PATTERN LOG
count() { grep -cE "$1" "$2" || true; }

for goal in "$@"; do
  log=$dir/$goal
  name=${goal%.test}
  if [ ! -e "$log" ]; then
    lines+=("$name: did not run")
    continue
  fi
  skips=$(count '^ok .*# (skip|SKIP)' "$log")
  skipped=$((skipped + skips))
  passed=$((passed + $(count '^ok( |$)' "$log") - skips))
  bad=$(count '^not ok( |$)' "$log")
  failed=$((failed + bad))
  while IFS= read -r line; do lines+=("$name: ${line#not ok }"); done < <(grep -E '^not ok( |$)' "$log")
  read -r status took < <(sed -n '$s/^== //p' "$log")
  times+=("$took $name")
  [ "$status" = 0 ] || [ "$bad" -gt 0 ] || lines+=("$name: ended with status $status")
done

summary="$passed tests passed"
[ "$skipped" -eq 0 ] || summary="$summary, $skipped skipped"
if [ "${#times[@]}" -gt 4 ]; then
  echo "== longest: $(printf '%s\n' "${times[@]}" | sort -rn | awk 'NR <= 4 { printf "%s%s %s s", (NR > 1 ? ", " : ""), $2, $1 }')"
fi
if [ "${#lines[@]}" -eq 0 ]; then
  echo "== $summary"
  exit 0
fi
echo "== $summary, $failed FAILED:"
printf '     %s\n' "${lines[@]}"
exit 1
