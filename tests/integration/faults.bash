# SPDX-License-Identifier: MIT
# For bats, after lib.bash: faults under a running daemon that has two profiles to look after.
# shellcheck shell=bash

TRACER=

# Makes system calls of the daemon and of what it forks fail from now on: fault CALL,...:error=ERRNO
fault() {
  : > "$WORK/strace" # what the last one said must not be read as this one's
  strace -f -o /dev/null -e trace="${1%%:*}" -e inject="$1" -p "$PROC" 2> "$WORK/strace" 3>&- &
  TRACER=$!
  within 60 attached_or_ended || true
  ! grep -q attached "$WORK/strace" || return 0
  TRACER=
  skip_or_fail "strace cannot attach: $(head -1 "$WORK/strace")"
}

attached_or_ended() { grep -q attached "$WORK/strace" || ! kill -0 "$TRACER"; }

mend() {
  [ -n "$TRACER" ] || return 0
  local pid=$TRACER
  TRACER=
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

# A destination that is a mount is one that the test has made.
faults_teardown() {
  mend || true
  daemon_stop || true
  ! mountpoint -q "$DEST" || umount "$DEST"
  volume_teardown
}

# A text unlike those before.
next_text() {
  turn=$((${turn:-0} + 1))
  good_profile | sed "s/\"errnoRet\": 1/\"errnoRet\": $turn/"
}

# Both profiles of the payload get a new text.
next_payload() {
  next_text > "$PAYLOAD/a.json"
  cp "$PAYLOAD/a.json" "$PAYLOAD/team/b.json"
}

start_whole() {
  mkdir -p "$PAYLOAD/team"
  next_payload
  publish
  daemon_start --resync-period=1h "$@"
  eventually is_installed
}

is_installed() {
  cmp "$PAYLOAD/a.json" "$DEST/a.json" && cmp "$PAYLOAD/team/b.json" "$DEST/team/b.json" && no_temps &&
    is_state a.json Installed && is_state team/b.json Installed && [ "$(code /readyz)" = 200 ]
}

# What lay there before the fault, whole.
keep() { rm -rf "$WORK/before" && cp -r "$DEST" "$WORK/before"; }
nothing_is_lost() { cmp "$WORK/before/a.json" "$DEST/a.json" && cmp "$WORK/before/team/b.json" "$DEST/team/b.json"; }

# The errno that /status gives for the destination, or else for a profile.
says_errno() { [ "$(status '.destination.errno // .profiles[0].errno // .source.errno')" = "$1" ]; }
ready_is() { [ "$(code /readyz)" = "$1" ]; }
last_sync_is() { [ "$(status .lastSync.result)" = "$1" ]; }
destination_says() { [ "$(status .destination.reason)" = "$1" ]; }
source_is() { [ "$(status .source.state)" = "$1" ]; }

# Asks the daemon to look again, as a resync would.
look_again() { kill -HUP "$DAEMON"; }

# Resyncs so far.
resyncs() { get /metrics | awk '/^seccompd_syncs_total\{trigger="resync"/ { n += $2 } END { print n }'; }
resynced_since() { [ "$(resyncs)" -gt "$1" ]; }
