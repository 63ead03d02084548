#!/bin/bash
# SPDX-License-Identifier: MIT
# arm64.sh libraries DIR   - Debian's libraries for arm64 and their headers, unpacked into DIR/root. apt looks at
#                            lists of its own below DIR: the machine's architectures stay as they are.
# arm64.sh tests DIR BUILD - the unit tests of common/, emulated, with DIR/root; in the top directory.
set -eu

packages=(libseccomp-dev libseccomp2 libcjson-dev libcjson1 libyaml-dev libyaml-0-2 libmd-dev libmd0 libevent-dev
  libevent-core-2.1-7 libevent-extra-2.1-7 libinotifytools0-dev libinotifytools0 libcurl4-openssl-dev libcurl4
  libcmocka-dev libcmocka0)

# Of common/, which computes, all but what has the kernel load a filter, or counts on its limits.
not_emulated=' bpf fsio jail '

libraries() {
  local dir
  mkdir -p "$1"
  dir=$(cd "$1" && pwd)
  [ ! -e "$dir/complete" ] || return 0
  rm -rf "$dir/root" "$dir/debs"
  mkdir -p "$dir"/{root,debs,lists/partial,cache/archives/partial}
  : > "$dir/status"
  local apt=(apt-get -q -o "Dir::State=$dir" -o "Dir::State::lists=$dir/lists" -o "Dir::State::status=$dir/status"
    -o "Dir::Cache=$dir/cache" -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root)
  "${apt[@]}" update
  (cd "$dir/debs" && "${apt[@]}" download "${packages[@]}")
  for deb in "$dir"/debs/*.deb; do dpkg-deb -x "$deb" "$dir/root"; done
  rm -rf "$dir"/{lists,cache,debs,status}
  touch "$dir/complete"
}

tests() {
  local root build=$2 name run=0
  root=$(cd "$1" && pwd)/root
  for source in common/*.c; do
    name=$(basename "$source" .c)
    [ -x "$build/tests/test_$name" ] || continue
    [[ $not_emulated != *" $name "* ]] || continue
    qemu-aarch64-static -E "LD_LIBRARY_PATH=$root/usr/lib/aarch64-linux-gnu:$root/lib/aarch64-linux-gnu" \
      -L /usr/aarch64-linux-gnu "$build/tests/test_$name" > "$build/tests/$name.out" 2>&1 || {
      cat "$build/tests/$name.out"
      echo "not ok - test_$name for arm64"
      return 1
    }
    echo "ok - test_$name for arm64"
    run=$((run + 1))
  done
  [ "$run" -ge 25 ]
}

"$@"
