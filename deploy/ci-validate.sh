#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What action.yml runs: PATHS and ARGUMENTS have one word a line, SECCOMPCTL is the program, and
# ACTION the sources to build it of when there is none.
set -euo pipefail

program=${SECCOMPCTL:-seccompctl}
if ! command -v "$program" > /dev/null; then
  source=${ACTION:?no $program, and no sources to build it of}
  sudo make -C "$source" deps-build
  make -C "$source" build/seccompctl
  program=$source/build/seccompctl
fi

words=()
while IFS= read -r line; do
  [ -z "$line" ] || words+=("$line")
done <<< "${ARGUMENTS:-}"
words+=(--)
while IFS= read -r line; do
  [ -z "$line" ] || words+=("$line")
done <<< "${PATHS:-.}"
exec "$program" validate --output=github --skip-unrelated "${words[@]}"
