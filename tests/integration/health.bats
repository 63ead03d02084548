#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own: what setup and daemon_start set is its own as well.
# shellcheck disable=SC2030,SC2031
# What the daemon says of itself while things go wrong, and while many ask at once.

load lib.bash

setup() { volume_setup; }
teardown() { volume_teardown; }

readyz() { get "/readyz?verbose"; }
# fails CHECK REASON: /readyz says so, and /livez does not care.
fails() {
  [ "$(code /readyz)" = 503 ] && [ "$(code "/readyz/$1")" = 503 ] && [ "$(code /livez)" = 200 ] &&
    readyz | grep -qx "\[-\]$1 failed: $2"
}
is_ready() { [ "$(code /readyz)" = 200 ] && [ "$(get /readyz)" = ok ]; }

@test "each check of readiness fails for its cause and heals with it" {
  good_profile > "$PAYLOAD/a.json"
  rmdir "$SOURCE"
  daemon_start --ready-policy=strict --resync-period=5s
  eventually fails first-sync SourceMissing
  mkdir "$SOURCE"
  publish
  kill -HUP "$DAEMON"
  eventually is_ready

  # profiles: a bad text, and something that is not ours
  fail_open_profile > "$PAYLOAD/a.json"
  publish
  eventually fails profiles InvalidProfiles
  good_profile > "$PAYLOAD/a.json"
  publish
  eventually is_ready
  echo foreign > "$DEST/b.json"
  good_profile > "$PAYLOAD/b.json"
  publish
  eventually fails profiles Conflict
  rm "$PAYLOAD/b.json" "$DEST/b.json"
  publish
  eventually is_ready

  # source: over a limit
  for i in $(seq 17); do truncate -s 1000000 "$PAYLOAD/x$i.json"; done
  publish
  eventually fails source SourceTooLarge
  find "$PAYLOAD" -name 'x*.json' -delete
  publish
  eventually is_ready

  # destination: somebody else could write to it
  chmod 0777 "$DEST"
  kill -HUP "$DAEMON"
  eventually fails destination Insecure
  chmod 0755 "$DEST"
  kill -HUP "$DAEMON"
  eventually is_ready
  [ "$(metric 'seccompd_http_requests_total{path="readyz",code="503"}')" -ge 4 ]
}

@test "a loop that hangs fails its own liveness" {
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start
  eventually is_state a.json Installed
  kill -STOP "$PROC"
  run curl -sS --max-time 1 "http://127.0.0.1:$PORT/livez"
  [ "$status" -eq 28 ] # no answer, and the kubelet's probe times out
  kill -CONT "$PROC"
  eventually code_is /livez 200
}

@test "who dawdles over a request is cut off after five seconds" {
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start
  eventually is_state a.json Installed
  # Bash keeps the connections open; a read ends when the server does.
  exec 4<> "/dev/tcp/127.0.0.1/$PORT" 5<> "/dev/tcp/127.0.0.1/$PORT"
  printf 'GET /livez HTTP/1.1\r\nX: ' >&5
  SECONDS=0
  timeout 20 cat <&4 > "$WORK/silent"
  timeout 20 cat <&5 > "$WORK/slow"
  exec 4>&- 5>&-
  [ "$SECONDS" -ge 4 ]
  [ "$SECONDS" -le 19 ]
  [ ! -s "$WORK/silent" ]
  [ ! -s "$WORK/slow" ]
  [ "$(code /livez)" = 200 ]
}

# Liveness probes as kubelet sends them, until $WORK/over exists. Three failures in a row would
# restart the pod.
probe() {
  local streak=0
  : > "$WORK/missed"
  : > "$WORK/probes"
  until [ -e "$WORK/over" ]; do
    if [ "$(curl -s --max-time 3 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/livez")" = 200 ]; then
      echo >> "$WORK/probes"
      streak=0
    else
      echo >> "$WORK/missed"
      streak=$((streak + 1))
      [ "$streak" -lt 3 ] || touch "$WORK/restarted"
    fi
    sleep 0.05
  done
}

@test "ten thousand connections leave liveness and installs alone" {
  not_under valgrind 'a probe has to be answered in time'
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start --resync-period=1h --v=2
  eventually is_state a.json Installed
  before=$(metric process_open_fds)
  probe 3>&- &
  prober=$!
  "$B/tests/flood" "$PORT" 10000 > "$WORK/flood" 3>&- &
  flood=$!
  for call in umount2 swapon swapoff; do
    good_profile "$call" > "$PAYLOAD/a.json"
    publish
    eventually cmp "$PAYLOAD/a.json" "$DEST/a.json"
    sleep 0.2
  done
  wait "$flood"
  touch "$WORK/over"
  wait "$prober"
  echo "# $(cat "$WORK/flood"), $(wc -l < "$WORK/probes") probes answered, $(wc -l < "$WORK/missed") not" >&3
  [ "$(wc -l < "$WORK/probes")" -ge 5 ]
  [ "$(wc -l < "$WORK/missed")" -le 2 ] # a machine with much else to do
  [ ! -e "$WORK/restarted" ]
  eventually metric_is process_open_fds "$before"
  kib=$(awk '/VmRSS/ { print $2 }' "/proc/$PROC/status")
  echo "# $kib KiB resident afterwards" >&3
  sanitized || [ "$kib" -lt 8192 ]
}
