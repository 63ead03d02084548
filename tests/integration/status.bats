#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# seccompctl-status: saved documents, and servers that mean no good.

load lib.bash

SEEDS=$BATS_TEST_DIRNAME/../data/fuzz/status_table

setup() {
  WORK=$(mktemp -d "${BATS_TEST_TMPDIR:-/tmp}/scd.XXXXXX")
  SERVER='' WATCHER=''
  export DAEMON='' # of lib.bash
  cd "$WORK" || return 1
}

teardown() {
  [ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null || true
  [ -z "$WATCHER" ] || kill "$WATCHER" 2>/dev/null || true
  daemon_stop || true
  cd / && rm -rf "$WORK"
}

# Runs a server that answers one connection with the file "answer". Sets SERVER and PORT.
server() {
  : > request
  "$B/tests/answer" answer "$@" >> request 3>&- &
  SERVER=$!
  eventually test -s request
  PORT=$(head -n 1 request)
}

http() { printf 'HTTP/1.1 %s\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n' "$1"; }
# Holds no control character but the newline and the tab.
harmless() { ! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' <<< "$1"; }
seccompctl_status() { "$B/seccompctl-status" "$@"; }

@test "a saved document is printed, and 1 says that something is not well" {
  run seccompctl_status "$SEEDS/whole"
  [ "$status" -eq 1 ]
  [[ $output == *'w.json:7:17: error: "X" is not an action [SCP005 action-unknown]'* ]]
  run seccompctl_status "$SEEDS/empty"
  [ "$status" -eq 0 ]
}

@test "standard input and pipes are files too" {
  seccompctl_status - < "$SEEDS/empty"
  # shellcheck disable=SC2002
  cat "$SEEDS/empty" | seccompctl_status -
  seccompctl_status <(cat "$SEEDS/empty")
}

@test "json is the document, and jq reads it" {
  run seccompctl_status -o json "$SEEDS/whole"
  [ "$status" -eq 1 ]
  [ "$(jq -r .node <<< "$output")" = worker-1 ]
}

@test "usage is 2, and what cannot be read is 3" {
  run seccompctl_status a b
  [ "$status" -eq 2 ]
  run seccompctl_status --frobnicate
  [ "$status" -eq 2 ]
  run seccompctl_status -o yaml x
  [ "$status" -eq 2 ]
  run seccompctl_status --timeout=0s x
  [ "$status" -eq 2 ]
  run seccompctl_status ftp://127.0.0.1/status
  [ "$status" -eq 2 ]
  run seccompctl_status file:///etc/passwd
  [ "$status" -eq 2 ]
  run seccompctl_status 'http://['
  [ "$status" -eq 2 ]
  run seccompctl_status nothing-here
  [ "$status" -eq 3 ]
  run seccompctl_status /
  [ "$status" -eq 3 ]
  run seccompctl_status http://127.0.0.1:1
  [ "$status" -eq 3 ]
  echo '<html>' > page
  run seccompctl_status page
  [ "$status" -eq 3 ]
}

@test "an address alone gets /status" {
  { http '200 OK'; cat "$SEEDS/whole"; } > answer
  server
  run seccompctl_status "http://127.0.0.1:$PORT"
  [ "$status" -eq 1 ]
  [[ $output == *worker-1* ]]
  wait "$SERVER"
  grep -q '^GET /status HTTP/1.1' request
  grep -qi '^User-Agent: seccompctl-status/' request
}

@test "another path is kept" {
  { http '200 OK'; cat "$SEEDS/empty"; } > answer
  server
  seccompctl_status "http://127.0.0.1:$PORT/proxy/node-1/status"
  wait "$SERVER"
  grep -q '^GET /proxy/node-1/status HTTP/1.1' request
}

@test "no proxy of the environment is asked" {
  { http '200 OK'; cat "$SEEDS/empty"; } > answer
  server
  http_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 \
    seccompctl_status "http://127.0.0.1:$PORT"
}

@test "a redirect is not followed" {
  printf 'HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n' > answer
  server
  run seccompctl_status "http://127.0.0.1:$PORT"
  [ "$status" -eq 3 ]
  [[ $output == *'status 302'* ]]
}

@test "an error of the server is an error" {
  { http '503 Service Unavailable'; cat "$SEEDS/empty"; } > answer
  server
  run seccompctl_status "http://127.0.0.1:$PORT"
  [ "$status" -eq 3 ]
  [[ $output == *'status 503'* ]]
}

@test "a server that says nothing is left after the time-out" {
  : > answer
  server 30
  SECONDS=0
  run seccompctl_status --timeout=300ms "http://127.0.0.1:$PORT"
  [ "$status" -eq 3 ]
  [ "$SECONDS" -le 15 ] # and not 30
}

@test "an answer over 8 MiB is refused" {
  { http '200 OK'; head -c 9000000 /dev/zero | tr '\0' ' '; } > answer
  server
  run seccompctl_status "http://127.0.0.1:$PORT"
  [ "$status" -eq 3 ]
  [[ $output == *'over 8388608 bytes'* ]]
  head -c 9000000 /dev/zero > large
  run seccompctl_status large
  [ "$status" -eq 3 ]
}

@test "no control character of a server or a document reaches the terminal" {
  run seccompctl_status "$SEEDS/controls"
  [ "$status" -eq 1 ]
  harmless "$output"
  printf 'HTTP/1.1 200 \033[31m\r\nX\033]0;: y\r\n\r\n{"kind":"\033[2J"}' > answer
  server
  run seccompctl_status "http://127.0.0.1:$PORT"
  [ "$status" -eq 3 ]
  harmless "$output"
}

# Starts `seccompctl status --watch` in the background; it writes to "seen". Sets WATCHER.
watch_start() {
  : > seen
  "$B/seccompctl" status --watch --interval=100ms "$@" > seen 2>> said 3>&- &
  WATCHER=$!
}

# Ends it as Ctrl-C does. Sets STATUS to its exit status.
watch_stop() {
  STATUS=0
  kill -INT "$WATCHER"
  wait "$WATCHER" || STATUS=$?
  WATCHER=
}

sees() { grep -q "$1" seen; }
export LOG=/dev/null # no daemon, no log

@test "a watched file is a line when it changes, and SIGINT ends with what was seen last" {
  cp "$SEEDS/empty" saved
  watch_start saved
  eventually sees 'no profile'
  sleep 0.5
  [ "$(wc -l < seen)" = 1 ]
  cp "$SEEDS/whole" next && mv next saved
  eventually sees 'w.json'
  rm saved
  eventually sees "Z no status: open 'saved': No such file or directory"
  cp "$SEEDS/whole" next && mv next saved
  eventually test "$(wc -l < seen)" -ge 3
  sleep 0.5
  watch_stop
  cat seen
  [ "$STATUS" -eq 1 ]
  [ "$(wc -l < seen)" = 4 ]
  [ "$(grep -cE '^[0-9-]{10}T[0-9:]{8}Z ' seen)" = 4 ]
}

@test "what cannot be seen at the end is 3, and what can never be seen is 2 at once" {
  watch_start nowhere
  eventually sees 'no status'
  watch_stop
  [ "$STATUS" -eq 3 ]
  run timeout 10 "$B/seccompctl" status --watch -
  [ "$status" -eq 2 ]
  run timeout 10 "$B/seccompctl" status --watch ftp://127.0.0.1/
  [ "$status" -eq 2 ]
  run timeout 10 "$B/seccompctl" status --watch --interval=1ms saved
  [ "$status" -eq 2 ]
}

@test "watched as json, each change is a document and nothing else" {
  cp "$SEEDS/empty" saved
  watch_start -o json saved
  eventually sees NodeProfileStatus
  rm saved
  sleep 0.3
  cp "$SEEDS/whole" next && mv next saved
  eventually sees worker-1
  watch_stop
  [ "$STATUS" -eq 1 ]
  [ "$(jq -s 'all(.kind == "NodeProfileStatus")' seen)" = true ]
  [ "$(jq -s length seen)" = 2 ]
  grep -q 'no status' said
}

@test "on a terminal the table is drawn in place, and cut to the screen" {
  cp "$SEEDS/whole" saved
  script -qec "stty rows 6; timeout -s INT 1 '$B/seccompctl' status --watch --interval=200ms saved" /dev/null \
    < /dev/null > drawn || true
  [ "$(grep -c $'\e\\[H' drawn)" -ge 2 ]
  grep -q 'every 0.2 s: saved' drawn
  grep -q 'Node  ' drawn
  grep -qE '[.]{3} [0-9]+ more lines' drawn
  # No frame has more lines than the screen has rows.
  awk 'BEGIN { RS = "\033\\[H" } NR > 1 && gsub(/\n/, "") > 6 { bad = 1 } END { exit bad }' drawn
}

@test "a watch outlives the daemon and finds the next one" {
  volume_setup
  cd "$WORK"
  good_profile > "$PAYLOAD/a.json"
  publish
  NODE_NAME=worker-9 daemon_start
  eventually is_state a.json Installed
  seccompctl_status "http://127.0.0.1:$PORT" | grep -qE '^Sandbox +Landlock (on [(]ABI [0-9]+[)]|off|unavailable: [A-Z]+), system call filter (on|off)$'
  watch_start "http://127.0.0.1:$PORT"
  eventually sees 'worker-9: ready; 1 Installed; set digest'
  daemon_stop
  eventually sees 'no status: '
  fail_open_profile > "$PAYLOAD/b.json"
  publish
  NODE_NAME=worker-9 daemon_start --listen="127.0.0.1:$PORT"
  eventually sees 'worker-9: ready; 1 Installed, 1 Invalid; set digest [0-9a-f]*; b.json Invalid'
  watch_stop
  [ "$STATUS" -eq 1 ]
}
