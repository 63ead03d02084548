#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own: what setup and daemon_start set is its own as well.
# shellcheck disable=SC2030,SC2031,SC2034
# What others do to our files in the destination. The resync is an hour away in every test.

load lib.bash

setup() { volume_setup; }
teardown() {
  [ -z "${OTHER-}" ] || kill "$OTHER" || true
  volume_teardown
}

repairs() { metric 'seccompd_installs_total{operation="repair",result="success"}'; }

# All syncs so far, whatever started them and however they ended.
syncs() { get /metrics | awk '/^seccompd_syncs_total\{/ { n += $2 } END { print n }'; }

is_whole() { cmp "$PAYLOAD/$1" "$DEST/$1" && [ "$(stat -c %a "$DEST/$1")" = 644 ]; }

# Waits until no sync has begun for half a second.
settled() {
  local before now
  before=$(syncs)
  for _ in $(seq 40); do
    sleep 0.5
    now=$(syncs)
    [ "$now" != "$before" ] || return 0
    before=$now
  done
  echo "still syncing: $now" >&2
  return 1
}

@test "a file of ours that is edited, deleted, replaced or given another mode is repaired at once" {
  mkdir -p "$PAYLOAD/team/web"
  for name in edited deleted replaced mode team/web/nested; do
    good_profile > "$PAYLOAD/$name.json"
  done
  publish
  daemon_start --resync-period=1h
  eventually is_state team/web/nested.json Installed
  settled

  echo tampered > "$DEST/edited.json"
  rm "$DEST/deleted.json"
  good_profile umount2 > "$WORK/other"
  mv "$WORK/other" "$DEST/replaced.json"
  chmod 0666 "$DEST/mode.json"
  echo '{}' > "$DEST/team/web/nested.json"
  for name in edited deleted replaced mode team/web/nested; do eventually is_whole "$name.json"; done
  eventually metric_is 'seccompd_installs_total{operation="repair",result="success"}' 5
  [ "$(grep -c '"msg":"Profile repaired"' "$LOG")" -eq 5 ]
  no_temps
}

@test "a directory of ours that is removed comes back with what was in it" {
  mkdir -p "$PAYLOAD/team/web"
  good_profile > "$PAYLOAD/team/web/a.json"
  publish
  daemon_start --resync-period=1h
  eventually is_state team/web/a.json Installed
  settled
  for i in 1 2; do
    mv "$DEST/team" "$WORK/away$i" # in one go: we are faster than rm -r
    eventually is_whole team/web/a.json
    settled
  done
  # The new directory is watched as the old one was.
  echo tampered > "$DEST/team/web/a.json"
  eventually is_whole team/web/a.json
}

@test "our own writes do not make us look again and again" {
  not_under valgrind 'what is judged in over a second takes a sync more'
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start --resync-period=1h
  eventually is_state a.json Installed
  settled
  before=$(syncs)
  for call in umount2 swapon swapoff; do
    good_profile "$call" > "$PAYLOAD/a.json"
    publish
    eventually cmp "$PAYLOAD/a.json" "$DEST/a.json"
    settled
  done
  echo "# $(($(syncs) - before)) syncs for 3 generations" >&3
  [ "$(syncs)" -eq $((before + 3)) ]
  # What is nobody's business of ours starts none either.
  for i in $(seq 50); do echo "$i" > "$DEST/other$i.json"; done
  settled
  [ "$(syncs)" -eq $((before + 3)) ]
}

@test "two that write the same file in turn: after three repairs it is left in conflict" {
  good_profile > "$PAYLOAD/a.json"
  good_profile > "$PAYLOAD/b.json"
  publish
  daemon_start --resync-period=1h
  eventually is_state b.json Installed
  settled
  for i in 1 2 3; do
    echo "theirs $i" > "$DEST/a.json"
    eventually is_whole a.json
    eventually metric_is 'seccompd_installs_total{operation="repair",result="success"}' "$i"
  done
  echo theirs > "$DEST/a.json"
  eventually is_state a.json Conflict
  [ "$(status '.profiles[] | select(.name == "a.json") | .reason')" = Contested ]
  [ "$(cat "$DEST/a.json")" = theirs ]
  [ "$(repairs)" = 3 ]
  [ "$(metric 'seccompd_profiles{state="conflict"}')" = 1 ]
  grep '"msg":"Profile state changed"' "$LOG" | grep -q '"reason":"Contested"'

  # One profile's quarrel is no other's.
  echo tampered > "$DEST/b.json"
  eventually is_whole b.json

  # The right bytes are right whoever puts them there.
  cp "$PAYLOAD/a.json" "$DEST/a.json"
  eventually is_state a.json Installed
  [ "$(repairs)" = 4 ]
}

is_contested() { status_is '.profiles[0] | .state + " " + .reason' 'Conflict Contested'; }

# What PORT and so all questions are about: the daemon that was started first, or second.
ask() { PORT=${PORTS[$1]}; }

@test "two daemons with different sources: each says at once what lies there, and neither writes without an end" {
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start --resync-period=1h
  eventually is_state a.json Installed
  PORTS=("$PORT")
  OTHER=$DAEMON
  mine=$PAYLOAD/a.json theirs=$WORK/payload2/a.json
  mkdir "$WORK/profiles2" "$WORK/payload2"
  SOURCE=$WORK/profiles2 PAYLOAD=$WORK/payload2 LOG=$WORK/log2
  good_profile umount2 > "$theirs"
  publish
  daemon_start --resync-period=1h
  PORTS+=("$PORT")
  eventually is_state a.json Installed
  cmp "$theirs" "$DEST/a.json"
  ask 0
  eventually is_contested
  cmp "$theirs" "$DEST/a.json"

  # A resync writes, as SIGHUP does here; and the other one says so.
  kill -HUP "$OTHER"
  eventually is_state a.json Installed
  cmp "$mine" "$DEST/a.json"
  [ "$(repairs)" = 1 ]
  ask 1
  eventually is_contested
  settled
  cmp "$mine" "$DEST/a.json"

  # After three repairs the first one stops.
  for i in 2 3 4; do
    kill -HUP "$DAEMON"
    eventually cmp "$theirs" "$DEST/a.json"
    ask 0
    eventually is_contested
    kill -HUP "$OTHER"
    [ "$i" = 4 ] || eventually cmp "$mine" "$DEST/a.json"
    ask 1
    [ "$i" = 4 ] || eventually is_contested
  done
  ask 0
  settled
  is_contested
  [ "$(repairs)" = 3 ]
  cmp "$theirs" "$DEST/a.json"

  # A new text is no quarrel.
  good_profile swapon > "$theirs"
  publish
  eventually cmp "$theirs" "$DEST/a.json"
  ask 1
  eventually is_state a.json Installed
}

# bats test_tags=waits
@test "without inotify an edited file is found by polling" {
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_without_inotify --resync-period=1h
  eventually is_state a.json Installed
  [ "$(metric 'seccompd_watch_mode{mode="poll"}')" = 1 ]
  echo tampered > "$DEST/a.json"
  eventually is_whole a.json
}
