#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own.
# shellcheck disable=SC2030,SC2031
# More faults under a running daemon, those that take their time.

bats_require_minimum_version 1.5.0
load ../integration/lib.bash
load ../integration/faults.bash

setup() { volume_setup; }
teardown() { faults_teardown; }

@test "a destination that is deleted ends the daemon with 4" {
  start_whole
  # At once: it would repair what is deleted file by file.
  kill -STOP "$DAEMON"
  rm -rf "$DEST"
  kill -CONT "$DAEMON"
  look_again
  eventually destination_says Detached
  ready_is 503
  code=0
  wait "$DAEMON" || code=$?
  DAEMON=
  [ "$code" -eq 4 ]
}

@test "whenever the kubelet dies, what is on disk is one generation" {
  start_whole
  count=0
  for order in '' --old-order; do
    for step in validate read-link walk compare make-dir write-files set-perms link-tmp swap link-keys unlink-keys remove-old; do
      keep
      next_payload
      run -9 publish $order --crash-after="$step"
      # Whatever of it is there: one generation of both, the old or the new one.
      for _ in 1 2 3 4; do
        cmp "$DEST/a.json" "$WORK/before/a.json" || cmp "$DEST/a.json" "$PAYLOAD/a.json"
        sleep 0.05
      done
      is_state a.json Installed
      # Kubelet comes back; what it left of the swap is in its own way.
      rm -f "$SOURCE/..data_tmp"
      publish
      eventually is_installed || { echo "$order $step" && return 1; }
      count=$((count + 1))
    done
  done
  echo "# $count crashes of the kubelet" >&3
}

@test "a wall clock that jumps: timers go on, and no orphan is removed early" {
  faketime=$(find /usr/lib -name libfaketime.so.1 2>/dev/null | head -1)
  [ -n "$faketime" ] || skip_or_fail 'libfaketime is not to be had'
  ! sanitized || skip 'a sanitizer wants to be loaded first'
  echo '+0' > "$SOURCE/.clock" # where the daemon may read; hidden, so no profile
  mkdir -p "$PAYLOAD/team"
  next_payload
  cp "$PAYLOAD/a.json" "$PAYLOAD/orphan.json"
  publish
  daemon_under env LD_PRELOAD="$faketime" FAKETIME_TIMESTAMP_FILE="$SOURCE/.clock" FAKETIME_NO_CACHE=1 \
    FAKETIME_DONT_FAKE_MONOTONIC=1 -- --removal-policy=AfterGrace --removal-grace-period=1h --resync-period=5s
  eventually is_state orphan.json Installed
  rm "$PAYLOAD/orphan.json"
  publish
  eventually is_state orphan.json Orphaned
  count=0
  for jump in +3650d -3650d +0; do
    echo "$jump" > "$SOURCE/.clock"
    before=$(metric seccompd_last_sync_attempt_timestamp_seconds)
    next_payload
    publish
    eventually is_installed
    is_state orphan.json Orphaned
    [ -e "$DEST/orphan.json" ]
    # It is the wall clock that jumped.
    moved=$(awk -v a="$before" -v b="$(metric seccompd_last_sync_attempt_timestamp_seconds)" \
      'BEGIN { d = b - a; print ((d < 0 ? -d : d) > 86400) }')
    [ "$moved" = 1 ] || { echo "$jump: $before, $(metric seccompd_last_sync_attempt_timestamp_seconds)" && return 1; }
    [ "$(code /livez)" = 200 ]
    # The resync is on time as well, with no event to help.
    seen=$(resyncs)
    for _ in 1 2; do eventually resynced_since "$seen" && break; done
    resynced_since "$seen"
    count=$((count + 1))
  done
  echo "# $count jumps of the clock" >&3
}

@test "a disk that was full heals by itself, without a signal" {
  mount -t tmpfs -o size=64k none "$DEST" || skip_or_fail 'nothing can be mounted here'
  chmod 0755 "$DEST"
  start_whole
  head -c 1M /dev/zero > "$DEST/filler" 2>/dev/null || true
  next_payload
  publish
  eventually says_errno ENOSPC
  rm "$DEST/filler"
  for _ in 1 2 3 4 5; do eventually is_installed && break; done # the first retry is after 30 s
  is_installed
  daemon_stop
  umount "$DEST"
}
