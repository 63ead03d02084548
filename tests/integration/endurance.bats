#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own.
# shellcheck disable=SC2030,SC2031
# Many generations in a row: nobody sees a torn one, and nothing grows. SCD_SWAPS of them,
# SCD_PAUSE_MS apart under the daemon, which begins a sync every 100 ms at most; or SCD_SYNCS of
# which each waits until the one before is installed.

bats_require_minimum_version 1.5.0
load lib.bash

setup() {
  volume_setup
  SWAPS=${SCD_SWAPS:-300}
  READERS=()
}

teardown() {
  readers_stop || true
  volume_teardown
}

# Processes that read and parse a.json and team/b.json all the time.
readers_start() {
  for i in $(seq "$1"); do
    "$B/tests/reader" "$DEST/a.json" "$DEST/team/b.json" > "$WORK/reader$i" 3>&- &
    READERS+=($!)
  done
}

# What they saw, in all; fails when it was anything but whole files.
readers_stop() {
  local pid code=0
  [ "${#READERS[@]}" -gt 0 ] || return 0
  for pid in "${READERS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${READERS[@]}"; do wait "$pid" || code=1; done
  READERS=()
  awk '{ r += $1; u += $3; m += $5 } END { print r " reads, " u " unparseable, " m " missing" }' "$WORK"/reader*
  return "$code"
}

two_profiles() {
  mkdir -p "$PAYLOAD/team"
  good_profile > "$PAYLOAD/a.json"
  cp "$PAYLOAD/a.json" "$PAYLOAD/team/b.json"
}

# Memory of its own: pages of code come and go between two pieces of work.
own() { awk '/RssAnon/ { print $2 }' "/proc/$PROC/status"; }
fds() { find "/proc/$PROC/fd" -mindepth 1 | wc -l; }
watches() { cat "/proc/$PROC"/fdinfo/* 2>/dev/null | grep -c '^inotify wd'; }
children() { pgrep -c -P "$PROC" || true; }
all_syncs() { get /metrics | awk '/^seccompd_syncs_total\{/ { n += $2 } END { print n }'; }
no_children() { [ "$(children)" = 0 ]; }

is_last() {
  cmp "$PAYLOAD/a.json" "$DEST/a.json" && cmp "$PAYLOAD/team/b.json" "$DEST/team/b.json"
}

@test "readers never see a torn profile, nor none, while generations are installed" {
  two_profiles
  under_mode "$B/tests/transact" "$PAYLOAD" "$DEST"
  readers_start 3
  under_mode "$B/tests/transact" --rounds="$SWAPS" "$PAYLOAD" "$DEST"
  readers_stop > "$WORK/seen"
  output=$(cat "$WORK/seen")
  echo "# $SWAPS generations of two profiles, 3 readers: $output" >&3
  [[ "$output" == *' reads, 0 unparseable, 0 missing' ]]
  [ "${output%% *}" -gt 100 ]
  is_last
  no_temps
}

@test "a daemon that follows generation upon generation does not grow" {
  not_under valgrind 'the memory is its own'
  ! sanitized || skip 'a sanitizer has its own idea of memory'
  two_profiles
  publish
  daemon_start --resync-period=1h --v=1
  eventually is_state team/b.json Installed
  readers_start 1
  "$B/tests/atomic_writer" --times=$((SWAPS / 4)) "$SOURCE" "$PAYLOAD" # until all has been used once
  eventually is_last
  eventually no_children
  sleep 0.3
  before="$(fds) descriptors, $(watches) watches"
  own_before=$(own)
  syncs_before=$(all_syncs)
  "$B/tests/atomic_writer" --times="$SWAPS" --pause="${SCD_PAUSE_MS:-10}" "$SOURCE" "$PAYLOAD"
  eventually is_last
  eventually no_children
  sleep 0.3
  readers_stop > "$WORK/seen"
  output=$(cat "$WORK/seen")
  echo "# $SWAPS updates, $(($(all_syncs) - syncs_before)) syncs: $own_before KiB of its own before, $(own) after; $before before," \
    "$(fds) descriptors, $(watches) watches after; $output" >&3
  [ "$(fds) descriptors, $(watches) watches" = "$before" ]
  [ "$(own)" -lt $((own_before + 256)) ]
  [[ "$output" == *' reads, 0 unparseable, 0 missing' ]]
  eventually no_temps
  # What lies in the destination: two profiles, a directory, the lock and the state file.
  [ "$(find "$DEST" -mindepth 1 | wc -l)" = 5 ]
}

rss() { awk '/^VmRSS/ { print $2 }' "/proc/$PROC/status"; }
counted() { metric "$1"; }

# What must not grow, as it is now between two syncs.
footprint() {
  eventually no_children
  sleep 0.3
  OWN=$(own)
  RSS=$(rss)
  OTHERS="$(fds) descriptors, $(watches) watches, $(find "$DEST" "$SOURCE" -mindepth 1 | wc -l) files"
}

@test "a daemon that judges and installs every single generation does not grow" {
  not_under valgrind 'the memory is its own'
  ! sanitized || skip 'a sanitizer has its own idea of memory'
  syncs=${SCD_SYNCS:-60}
  parts=$((syncs < 2000 ? 2 : 20))
  mkdir -p "$PAYLOAD/team"
  good_profile > "$PAYLOAD/a.json"
  good_profile umount2 > "$PAYLOAD/team/b.json"
  publish
  daemon_start --resync-period=1h --v=1
  eventually is_state team/b.json Installed
  # Until all has been used once.
  "$B/tests/atomic_writer" --times=$((syncs / 20 + 20)) --follow="$DEST" "$SOURCE" "$PAYLOAD"
  footprint
  own_before=$OWN rss_before=$RSS others_before=$OTHERS
  accepted_before=$(counted 'seccompd_validations_total{result="accepted"}')
  updates_before=$(counted 'seccompd_installs_total{operation="update",result="success"}')
  good_before=$(counted 'seccompd_syncs_total{trigger="watch",result="success"}')
  all_before=$(all_syncs)
  started=$SECONDS
  # Other numbers than those that were: a text is judged when it is new.
  for part in $(seq "$parts"); do
    printf '%*s\n' "$part" '' | tee -a "$PAYLOAD/a.json" >> "$PAYLOAD/team/b.json"
    "$B/tests/atomic_writer" --times=$((syncs / parts)) --follow="$DEST" "$SOURCE" "$PAYLOAD"
    footprint
    echo "# after $((part * (syncs / parts))): $OWN KiB of its own, $RSS KiB resident, $OTHERS" >&3
    [ "$OTHERS" = "$others_before" ]
  done
  took=$((SECONDS - started))
  good=$(($(counted 'seccompd_syncs_total{trigger="watch",result="success"}') - good_before))
  updates=$(($(counted 'seccompd_installs_total{operation="update",result="success"}') - updates_before))
  accepted=$(($(counted 'seccompd_validations_total{result="accepted"}') - accepted_before))
  echo "# $good syncs ($(($(all_syncs) - all_before)) of all kinds), $accepted verdicts, $updates updates in $took s:" \
    "$own_before KiB of its own before, $OWN after; $rss_before KiB resident before, $RSS after" >&3
  # Each was seen, judged and installed.
  [ "$good" -ge "$syncs" ]
  [ "$accepted" = $((2 * syncs)) ]
  [ "$updates" = $((2 * syncs)) ]
  [ "$OWN" -le $((own_before + 128)) ]
  [ "$RSS" -le $((rss_before + 1024)) ]
  no_temps
}
