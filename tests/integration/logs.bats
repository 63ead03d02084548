#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own: what setup and daemon_start set is its own as well.
# shellcheck disable=SC2030,SC2031
# What the daemon writes to its log, and what never gets there.

load lib.bash

setup() { volume_setup; }
teardown() { volume_teardown; }

# No control character but the newline, and none of those that reorder or hide text.
harmless() {
  ! LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf' "$1"
}

# A source in which everything that is not a program's own word is hostile.
hostile_source() {
  printf '{"defaultAction": "\e[31m\u202eSCMP\u0007", "\e]0;x\u0007": 1, "syscalls": [{"names": ["\u009b2J"], "action": "\\u001b[2J"}]}' \
    > "$SOURCE/text.json"
  echo '{}' > "$SOURCE/"$'\e[31m\nE1126 forged] "Profile installed"\u202e\xff.json'
  good_profile > "$SOURCE/good.json"
}

@test "every message of the source is a constant that begins with a capital and has no full stop" {
  # Calls, and those of fail(), which hands its message on: the one call without a literal.
  cat "$BATS_TEST_DIRNAME"/../../daemon/*.c | tr '\n\t' '  ' |
    grep -oE '(\bscd_log(_err)?0?\(|[^_]fail\(r, )[^";]*"[^"]*"' | grep -oE '"[^"]*"$' > "$WORK/messages"
  [ "$(wc -l < "$WORK/messages")" -ge 20 ]
  calls=$(cat "$BATS_TEST_DIRNAME"/../../daemon/*.c | grep -cE '\bscd_log(_err)?0?\(|[^_]fail\(r, ')
  [ "$(wc -l < "$WORK/messages")" -eq $((calls - 1)) ]
  run grep -vxE '"[A-Z][A-Za-z0-9 ,()-]*[A-Za-z0-9)]"' "$WORK/messages"
  echo "$output"
  [ "$status" -eq 1 ]
}

@test "as json, every line is a record with its keys, whatever profiles hold" {
  ! sanitized || skip 'a sanitizer writes lines of its own'
  hostile_source
  daemon_start --v=6
  eventually is_state good.json Installed
  chmod 0777 "$DEST"
  kill -HUP "$DAEMON"
  eventually grep -q '"err":' "$LOG"
  daemon_stop
  harmless "$LOG"
  # Levels below zero are errors: they have "err" in place of "v".
  jq -es 'length > 10 and all(type == "object" and (.ts | type == "number") and (.ts > 1.7e9)
    and (.caller | test("^[a-z_]+[.]c:[0-9]+$")) and (.msg | type == "string")
    and ((has("v") and (.v >= 0 and .v <= 6)) or (has("err") and has("code"))))' "$LOG"
  jq -es 'map(select(.msg == "Profile rejected")) | length == 2
    and all(.profile and .state == "Invalid" and (.rule | test("^SCP[0-9]{3} [a-z0-9-]+$")) and .finding)' "$LOG"
}

@test "as text, every line has klog's header, and no profile can forge one" {
  ! sanitized || skip 'a sanitizer writes lines of its own'
  hostile_source
  : > "$LOG"
  seccompd --source="$SOURCE" --destination="$DEST" --listen= --v=6 --logging-format=text \
    --one-time 2> "$LOG" || true
  harmless "$LOG"
  [ "$(wc -l < "$LOG")" -ge 4 ]
  run grep -vE '^[IE][0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6} +[0-9]+ [a-z_]+[.]c:[0-9]+\] "[A-Z][^"]*"( [a-zA-Z0-9]+=("([^"\\]|\\.)*"|[0-9a-z]+))*$' "$LOG"
  echo "$output"
  [ "$status" -eq 1 ]
  run grep -c '^E1126 forged' "$LOG"
  [ "$output" = 0 ]
}

@test "the same error is written once, and the next minute says how often it came" {
  good_profile > "$PAYLOAD/a.json"
  publish
  chmod 0777 "$DEST"
  daemon_start --v=2 --resync-period=1h
  for n in 1 2 3 4 5; do
    kill -HUP "$DAEMON"
    eventually metric_at_least 'seccompd_syncs_total{trigger="signal",result="error"}' "$n"
  done
  [ "$(grep -c '"msg":"Installation failed"' "$LOG")" = 1 ]
}

metric_at_least() { [ "$(metric "$1")" -ge "$2" ]; }

@test "probes and syncs without a change say nothing, and no profile's text is logged" {
  not_under valgrind 'what is judged in over a second is Pending for that long, which is a change'
  fail_open_profile > "$PAYLOAD/a.json"
  good_profile > "$PAYLOAD/b.json"
  publish
  daemon_start --v=2 --resync-period=1h
  eventually is_state b.json Installed
  kill -HUP "$DAEMON"
  eventually metric_is 'seccompd_syncs_total{trigger="signal",result="partial"}' 1
  written=$(grep -vc 'Configuration reloaded' "$LOG")
  for _ in 1 2 3; do
    get /livez && get /readyz && get /metrics
    code /nowhere
  done > /dev/null
  kill -HUP "$DAEMON"
  eventually metric_is 'seccompd_syncs_total{trigger="signal",result="partial"}' 2
  [ "$(grep -vc 'Configuration reloaded' "$LOG")" = "$written" ]
  run grep -c 'errnoRet\|{.*{.*syscalls' "$LOG"
  [ "$output" = 0 ]
}
