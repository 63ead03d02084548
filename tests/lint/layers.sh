#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Dependencies point down: read from the include lines. common/ includes common/ alone; destination/
# common/ as well; daemon/ and cli/ those two and never each other. Within destination/ and
# daemon/ a module may include its own layer and lower ones.
set -eu
cd "$(dirname "$0")/../.."

# Layers of destination/ and daemon/, lowest first. A new module needs a place here.
layers=(
  "snapshot plan ledger ledger_text disk dirs"
  "survey execute transaction outcome install adopt"
  "config config_file listen"
  "log child look footprint grace backoff landlock calls sandbox"
  "source"
  "watch checker"
  "state http_counts exposition html"
  "status metrics record request page page_parts page_profiles page_style conns refusal"
  "routes"
  "http reconcile"
  "main"
)

declare -A rank
for i in "${!layers[@]}"; do
  for module in ${layers[$i]}; do rank[$module]=$i; done
done

bad=0
complain() {
  echo "layers: $1" >&2
  bad=1
}

# "FILE HEADER" for every include of ours.
includes() { grep -HoE '^#include "[^"]+"' "$@" | sed -E 's/:#include "([^"]+)"/ \1/'; }

while read -r file header; do
  [ -e "common/$header" ] || complain "$file includes $header, which is not in common/"
done < <(includes common/*.[ch])

while read -r file header; do
  [ -e "common/$header" ] || [ -e "destination/$header" ] || [ -e "cli/$header" ] ||
    complain "$file includes $header"
done < <(includes cli/*.[ch])

while read -r file header; do
  module=$(basename "${file%.*}")
  if [ -z "${rank[$module]:-}" ]; then
    complain "$file has no place in tests/lint/layers.sh"
  elif [ -e "destination/$header" ] || [ -e "$(dirname "$file")/$header" ]; then
    other=${header%.*}
    if [ -z "${rank[$other]:-}" ] || [ "${rank[$other]}" -gt "${rank[$module]}" ]; then
      complain "$file includes $header of a higher layer"
    fi
  elif [ ! -e "common/$header" ]; then
    complain "$file includes $header, which is in no lower folder"
  fi
done < <(includes destination/*.[ch] daemon/*.[ch])

# Each library has one door.
only() {
  local what=$1 allowed=$2
  grep -lE "#include <$what" common/*.[ch] destination/*.[ch] daemon/*.[ch] cli/*.[ch] 2>/dev/null |
    grep -vE "^($allowed)\$" | while read -r file; do echo "$file includes <$what>"; done
}
doors=$(
  only 'inotifytools' 'daemon/watch\.c'
  only 'curl/' 'cli/fetch\.c'
  only 'yaml\.h' 'common/yaml(doc|_print)\.c|common/yaml_internal\.h'
)
[ -z "$doors" ] || complain "$doors"
exit $bad
