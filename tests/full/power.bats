#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own.
# shellcheck disable=SC2030,SC2031
# Power cuts: the destination is an ext4 file system of its own, which loses at some moment all
# that is not on its device. SCD_POWER_CUTS of them in each test.

bats_require_minimum_version 1.5.0
load ../integration/lib.bash

NAMES=(a.json b.json base/c.json base/deep/d.json)

setup() {
  volume_setup
  CUTS=${SCD_POWER_CUTS:-8}
  IMAGE=$WORK/image.0
  MOUNT=$WORK/host/seccomp
  WRITER=
  rm -rf "$MOUNT"
  mkdir -p "$MOUNT" "$PAYLOAD/base/deep"
  for name in "${NAMES[@]}"; do good_profile > "$PAYLOAD/$name"; done
  command -v mkfs.ext4 > /dev/null || PATH=$PATH:/sbin:/usr/sbin
  truncate -s 16M "$IMAGE"
  mkfs.ext4 -q "$IMAGE" || skip_or_fail 'mkfs.ext4 is not to be had'
  mount_it 2>/dev/null || skip_or_fail 'nothing can be mounted from a loop device here'
  mkdir -p "$DEST"
  sync -f "$DEST"
}

teardown() {
  [ -z "$WRITER" ] || { kill -KILL "$WRITER" && wait "$WRITER"; } 2>/dev/null || true
  daemon_stop || true
  ! mountpoint -q "$MOUNT" || umount --lazy "$MOUNT"
  rm -rf "$WORK"
}

# Without what ext4 does on its own for programs that forget to sync, nor its regular commit.
mount_it() { mount -o loop,noauto_da_alloc,commit=300 "$IMAGE" "$MOUNT"; }

cut_power() { "$B/tests/power_cut" "$MOUNT" || skip_or_fail 'this kernel cuts no power'; }

# The machine comes back with what is on the device, and the journal is played. It is another
# device: the old mount may live on in the mount namespace of some process that has nothing to do
# with us, and with it what the kernel remembers of it.
reboot_it() {
  umount --lazy "$MOUNT"
  local next=$WORK/image.$((${IMAGE##*.} + 1))
  cp --sparse=always "$IMAGE" "$next"
  rm "$IMAGE"
  IMAGE=$next
  mount_it
}

milliseconds() { sleep "$(printf '0.%03d' "$1")"; }

# Each profile is there and has one of the two texts that are installed in turn.
assert_whole() {
  local name
  for name in "${NAMES[@]}"; do
    [ -e "$DEST/$name" ] || { echo "$name is gone" && return 1; }
    cmp -s "$DEST/$name" "$PAYLOAD/$name" || cmp -s "$DEST/$name" <(head -c -1 "$PAYLOAD/$name") ||
      cmp -s "$DEST/$name" <(cat "$PAYLOAD/$name" && echo) || { echo "$name is torn" && return 1; }
  done
}

# A daemon that starts puts right what there is to put right, and knows what is ours.
assert_recovers() {
  local name
  "$B/seccompd" --source="$1" --destination="$DEST" --one-time 2> "$LOG" || { cat "$LOG" && return 1; }
  for name in "${NAMES[@]}"; do
    cmp "$DEST/$name" "$PAYLOAD/$name" || return 1
    [ "$(jq -r ".[0].files[\"$name\"] | .sha256 + \" \" + (.adopted // false | tostring)" "$DEST/.seccompd.state.json")" = \
      "$(sha256sum < "$PAYLOAD/$name" | cut -d' ' -f1) false" ] || { echo "$name is not ours" && return 1; }
  done
  no_temps
}

@test "this power cut loses what was not synced" {
  lost=0
  for i in 1 2 3; do
    good_profile > "$DEST/.new$i"
    mv "$DEST/.new$i" "$DEST/$i.json"
    cut_power
    reboot_it
    cmp -s "$PAYLOAD/a.json" "$DEST/$i.json" || lost=$((lost + 1))
  done
  echo "# lost $lost of 3 files that were renamed without a sync" >&3
  [ "$lost" -ge 1 ]
}

@test "what a transaction has reported is there after a power cut" {
  for ((i = 1; i <= CUTS; i++)); do
    for name in "${NAMES[@]}"; do good_profile | sed "s/\"errnoRet\": 1/\"errnoRet\": $i/" > "$PAYLOAD/$name"; done
    "$B/tests/transact" "$PAYLOAD" "$DEST"
    cut_power
    reboot_it
    for name in "${NAMES[@]}"; do cmp "$PAYLOAD/$name" "$DEST/$name"; done
    no_temps
    [ "$(jq '[.[0].files[] | select(.intent)] | length' "$DEST/.seccompd.state.json")" = 0 ]
  done
  echo "# $CUTS power cuts after a transaction" >&3
}

@test "at any moment of a transaction a power cut leaves each profile whole" {
  "$B/tests/transact" "$PAYLOAD" "$DEST"
  for ((i = 1; i <= CUTS; i++)); do
    "$B/tests/transact" --rounds=1000000 "$PAYLOAD" "$DEST" 2>/dev/null &
    WRITER=$!
    milliseconds $((RANDOM % 80))
    cut_power
    kill -KILL "$WRITER" 2>/dev/null || true
    wait "$WRITER" || true
    WRITER=
    reboot_it
    assert_whole
    assert_recovers "$PAYLOAD"
  done
  echo "# $CUTS power cuts among transactions" >&3
}

@test "under a daemon that follows a volume a power cut leaves each profile whole" {
  publish
  for ((i = 1; i <= CUTS; i++)); do
    daemon_start --resync-period=1h
    eventually is_state base/deep/d.json Installed
    "$B/tests/atomic_writer" --times=50 "$SOURCE" "$PAYLOAD" &
    WRITER=$!
    milliseconds $((RANDOM % 200))
    cut_power
    wait "$WRITER"
    WRITER=
    kill -KILL "$DAEMON"
    wait "$DAEMON" || true
    DAEMON=
    reboot_it
    assert_whole
    assert_recovers "$SOURCE"
  done
  echo "# $CUTS power cuts under the daemon" >&3
}
