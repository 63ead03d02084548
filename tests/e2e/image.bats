#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The file tree of the image, made the way the Dockerfile makes it: complete, and nothing else.

load lib.bash

setup_file() {
  "$BATS_TEST_DIRNAME/../../deploy/image-root.sh" "$B" "$BATS_FILE_TMPDIR/root"
}

setup() {
  ROOT=$BATS_FILE_TMPDIR/root
}

# Runs a program of the tree as it runs in the image: with no other file in sight.
inside() {
  [ "$(id -u)" = 0 ] || skip_or_fail 'chroot needs root'
  timeout 10 chroot "$ROOT" "$@"
}

loader() {
  find "$ROOT" -name 'ld-linux*' -printf '/%P\n'
}

@test "both programs start with nothing but the tree" {
  run inside /usr/bin/seccompd --version
  [ "$status" -eq 0 ]
  [[ $output = "seccompd v$(cat "$BATS_TEST_DIRNAME/../../VERSION")"* ]]
  run inside /usr/bin/seccompctl --version
  [ "$status" -eq 0 ]
  [[ $output = "seccompctl v$(cat "$BATS_TEST_DIRNAME/../../VERSION")"* ]]
}

@test "a profile is judged with nothing but the tree" {
  inside /usr/bin/seccompctl validate - <"$BATS_TEST_DIRNAME/../../profiles/base/minimal.json"
  run inside /usr/bin/seccompctl validate - <<<'{}'
  [ "$status" -eq 1 ]
}

@test "every shared object is found in the tree, and each one there is needed" {
  local program

  for program in seccompd seccompctl; do
    inside "$(loader)" --list "/usr/bin/$program"
  done >"$BATS_TEST_TMPDIR/list"
  run grep -F 'not found' "$BATS_TEST_TMPDIR/list"
  [ "$status" -eq 1 ]
  grep -oE '/[^ ]+' "$BATS_TEST_TMPDIR/list" | sort -u >"$BATS_TEST_TMPDIR/needed"
  find "$ROOT" -type f -name '*.so*' -printf '/%P\n' | sort >"$BATS_TEST_TMPDIR/there"
  diff "$BATS_TEST_TMPDIR/needed" "$BATS_TEST_TMPDIR/there"
}

@test "the tree holds two programs, shared objects, and nothing else" {
  run find "$ROOT" -mindepth 1 ! -type d ! \( -type f -path "$ROOT/lib*" -name '*.so*' \) -printf '%P\n'
  [ "$(sort <<<"$output")" = "$(printf 'usr/bin/seccompctl\nusr/bin/seccompd')" ]
  # Nor an empty directory, a set-id bit, or anything that others may write.
  run find "$ROOT" -mindepth 1 \( -empty -o -perm /6022 \)
  [ -z "$output" ]
}

# The daemon makes no connections: what it would need for that is not there.
@test "the tree holds no TLS and no HTTP client" {
  run find "$ROOT" \( -name '*ssl*' -o -name '*crypto*' -o -name '*curl*' -o -name '*gnutls*' \)
  [ -z "$output" ]
}

@test "the same programs give the same tree, to the second" {
  local tree sum

  for tree in one two; do
    SOURCE_DATE_EPOCH=1700000000 "$BATS_TEST_DIRNAME/../../deploy/image-root.sh" "$B" \
      "$BATS_TEST_TMPDIR/$tree"
    sum[${#sum[@]}]=$(tar -C "$BATS_TEST_TMPDIR/$tree" --sort=name -cf - . | sha256sum)
    sleep 1.1
  done
  [ "${sum[0]}" = "${sum[1]}" ]
}

@test "the tree is small" {
  local size

  size=$(find "$ROOT" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
  echo "# the files of the image are $size bytes" >&3
  # libc alone is 1.9 MB; ten are a sign that something crept in.
  [ "$size" -lt 10000000 ]
}
