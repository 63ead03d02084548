#!/bin/bash
# SPDX-License-Identifier: MIT
# kustomize.sh DIR - build a kustomization with the first tool here that can. Debian has no
# kustomize, and the one in its kubectl 1.20 is too old; `make deps-full` puts a newer one
# into build-tools/.
set -u

dir=$1
tools=$(dirname "$0")/../../build-tools

for tool in "$tools/kustomize build" 'kustomize build' 'kubectl kustomize'; do
  command -v "${tool% *}" >/dev/null || continue
  # shellcheck disable=SC2086
  out=$($tool "$dir") && printf '%s\n' "$out" && exit 0
done
echo "kustomize.sh: no tool here can build $dir: run 'make deps-full'" >&2
exit 1
