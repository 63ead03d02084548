#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `make image`, really built: from a Debian of debootstrap, as there need not be a registry,
# with buildah, as there need not be a daemon. Takes some minutes.

load ../e2e/lib.bash

setup_file() {
  local base=$BATS_FILE_TMPDIR/base storage=$BATS_FILE_TMPDIR/storage program

  TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  for program in buildah debootstrap; do
    command -v "$program" >/dev/null || skip_or_fail "$program is not installed"
  done
  [ "$(id -u)" = 0 ] || skip_or_fail 'debootstrap needs root'

  # Of its own: nothing of this stays in /var/lib/containers.
  mkdir "$storage"
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' \
    "$storage" "$storage" >"$storage/storage.conf"
  export TOP CONTAINERS_STORAGE_CONF=$storage/storage.conf

  debootstrap --variant=minbase bookworm "$base" >"$BATS_FILE_TMPDIR/debootstrap.log" 2>&1 || {
    tail -3 "$BATS_FILE_TMPDIR/debootstrap.log" >&2
    skip_or_fail 'debootstrap failed: no archive in reach?'
  }
  buildah from --name base scratch
  buildah add --quiet base "$base" /
  buildah commit --quiet base localhost/seccompd-base
  buildah rm base
  rm -rf "$base"
  make -C "$TOP" image IMAGE=localhost/seccompd:test BASE=localhost/seccompd-base \
    SOURCE_DATE_EPOCH=1700000000 BUILDAH_FLAGS='--isolation chroot --pull-never' \
    >"$BATS_FILE_TMPDIR/image.log" 2>&1 || {
    tail -20 "$BATS_FILE_TMPDIR/image.log" >&2
    return 1
  }
  buildah from --name built localhost/seccompd:test
  buildah mount built >"$BATS_FILE_TMPDIR/mount"
}

teardown_file() {
  [ -z "${CONTAINERS_STORAGE_CONF-}" ] || buildah rm --all >/dev/null
}

setup() {
  ROOT=$(cat "$BATS_FILE_TMPDIR/mount")
}

# holds FILTER: the filter is true of the image's configuration.
holds() {
  buildah inspect --type image localhost/seccompd:test | jq_true ".OCIv1 | $1" >/dev/null || {
    echo "not so in the image: $1" >&2
    return 1
  }
}

@test "the image starts seccompd as root, with no shell around it" {
  holds '.config.User == "0"'
  holds '.config.Entrypoint == ["/usr/bin/seccompd"]'
  holds '.config | has("Cmd") | not'
}

@test "the image says what it was built from" {
  holds ".config.Labels[\"org.opencontainers.image.version\"] == \"$(cat "$TOP/VERSION")\""
  holds ".config.Labels[\"org.opencontainers.image.revision\"]
    == \"$(git -C "$TOP" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)\""
  holds '.config.Labels["org.opencontainers.image.licenses"] == "GPL-2.0-only"'
  holds '.created | startswith("2023-11-14T22:13:20")'
}

@test "the image holds two programs, their shared objects, and nothing else" {
  run find "$ROOT" -mindepth 1 ! -type d ! \( -type f -path "$ROOT/lib*" -name '*.so*' \) -printf '%P\n'
  [ "$(sort <<<"$output")" = "$(printf 'usr/bin/seccompctl\nusr/bin/seccompd')" ]
  run find "$ROOT" -type f ! -newermt @1699999999 -o -type f -newermt @1700000001
  [ -z "$output" ]
}

@test "the programs of the image run" {
  run timeout 10 chroot "$ROOT" /usr/bin/seccompd --version
  [ "$status" -eq 0 ]
  run timeout 10 chroot "$ROOT" /usr/bin/seccompctl validate - \
    <"$TOP/profiles/applications/web.json"
  [ "$status" -eq 0 ]
}
