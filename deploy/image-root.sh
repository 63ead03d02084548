#!/bin/bash
# SPDX-License-Identifier: MIT
# image-root.sh BUILD ROOT [PROGRAM...] - the file tree of the image: the programs of BUILD
# (seccompd and seccompctl), stripped, with the shared objects and the loader that they need,
# and nothing else. ROOT must not exist. Times are SOURCE_DATE_EPOCH, or 0: the same programs
# give the same tree.
set -euo pipefail

build=$1 root=$2
shift 2
[ $# -gt 0 ] || set -- seccompd seccompctl
umask 022
[ ! -e "$root" ] || { echo "image-root.sh: $root exists" >&2; exit 1; }

# The path that the loader looks under, of each object that it would load for a program; the
# vdso has no path.
objects() {
  local list

  list=$(ldd "$1")
  if grep -F 'not found' <<<"$list" >&2; then
    echo "image-root.sh: $1 lacks what is named above" >&2
    return 1
  fi
  grep -oE '/[^ ]+' <<<"$list"
}

for program; do
  install -D -s -m 0755 "$build/$program" "$root/usr/bin/$program"
  needed=$(objects "$build/$program")
  while read -r object; do
    # A copy under the name asked for, not the link that this system may have there.
    install -D -m 0755 "$object" "$root$object"
  done <<<"$needed"
done
find "$root" -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH:-0}" {} +
