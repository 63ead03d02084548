#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# map.sh - docs/architecture.md names every module, so that whoever looks for one finds it, and names none that is gone.
set -eu
cd "$(dirname "$0")/../.."

map=docs/architecture.md
bad=0
complain() {
  echo "map: $1" >&2
  bad=1
}

for file in common/*.c destination/*.c daemon/*.c cli/*.c; do
  module=$(basename "$file" .c)
  grep -q "\`$module\`" "$map" || complain "$map does not name \`$module\` ($file)"
done

# In the first column of a table of modules stand files.
# shellcheck disable=SC2016 # backticks of the page
modules=$(sed -n '/^## Modules/,/^## The loop/s/^| \(`[^|]*\)|.*/\1/p' "$map" | grep -oE '`[a-z_]+`' | tr -d '`')
for module in $modules; do
  compgen -G "*/$module.[ch]" >/dev/null || complain "$map names \`$module\`, and there is no such file"
done
exit $bad
