#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own: what setup and daemon_start set is its own as well.
# shellcheck disable=SC2030,SC2031
# The status document before a real validator.

load ../integration/lib.bash

SCHEMA=$BATS_TEST_DIRNAME/../../docs/status.schema.json

setup() { volume_setup; }
teardown() { volume_teardown; }

keep() { get "$1" > "$WORK/$2.json"; }
is_valid() { python3 "$BATS_TEST_DIRNAME/schema.py" "$SCHEMA" "$@"; }

@test "the validator refuses what it has to" {
  daemon_start
  keep /status good
  is_valid "$WORK/good.json"
  for change in 'del(.kind)' '.surprise = 1' '.source.surprise = 1' '.profiles = {}' '.startedAt = "today"' \
    '.readiness.checks[0].reason = "two words"' '.summary.installed = -1'; do
    jq "$change" "$WORK/good.json" > "$WORK/bad.json"
    run is_valid "$WORK/bad.json"
    echo "$change: $output"
    [ "$status" -eq 1 ]
  done
}

@test "the status is what the schema says, in every state" {
  # Before there is a source.
  rmdir "$SOURCE"
  daemon_start --ready-policy=strict --resync-period=1h
  keep /status missing
  mkdir "$SOURCE"
  kill -HUP "$DAEMON"
  eventually status_is .source.state Empty
  keep /status empty

  # Installed, Invalid with findings, Conflict, names of all kinds.
  good_profile > "$SOURCE/good.json"
  fail_open_profile > "$SOURCE/open.json"
  echo '{"defaultAction": "SCMP_ACT_ALOW", "syscalls": [{"names": ["nope"], "action": 3}]}' > "$SOURCE/bad.json"
  echo foreign > "$DEST/mine.json"
  good_profile > "$SOURCE/mine.json"
  echo '{}' > "$SOURCE/"$'\xff\e[31m"<b>.json'
  echo text > "$SOURCE/README"
  kill -HUP "$DAEMON"
  eventually is_state good.json Installed
  keep /status partial
  keep '/status?pretty' pretty
  [ "$(jq '.summary.invalid' "$WORK/partial.json")" = 3 ]
  [ "$(jq -c . "$WORK/pretty.json" | wc -c)" -ge 1000 ]

  # Stale and Orphaned.
  fail_open_profile > "$SOURCE/good.json"
  kill -HUP "$DAEMON"
  eventually is_state good.json Stale
  rm "$SOURCE/good.json"
  kill -HUP "$DAEMON"
  eventually is_state good.json Orphaned
  keep /status orphaned

  # A destination that cannot be written.
  chmod 0777 "$DEST"
  kill -HUP "$DAEMON"
  eventually status_is .destination.reason Insecure
  keep /status insecure

  is_valid "$WORK"/{missing,empty,partial,pretty,orphaned,insecure}.json
  for document in missing empty partial orphaned insecure; do
    jq -r 'paths | map(if type == "number" then 0 else . end) | map(tostring) | join("/")' "$WORK/$document.json"
  done | sort -u > "$WORK/paths"
  [ "$(wc -l < "$WORK/paths")" -ge 80 ] # the states really differ and fill the document
}
