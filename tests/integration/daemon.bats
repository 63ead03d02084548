#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own: what setup and daemon_start set is its own as well.
# shellcheck disable=SC2016,SC2030,SC2031
# The main job, on simulated kubelet volumes.

bats_require_minimum_version 1.5.0
load lib.bash

setup() { volume_setup; }
teardown() { volume_teardown; }

@test "good profiles are installed and bad ones are not" {
  good_profile > "$PAYLOAD/good.json"
  fail_open_profile > "$PAYLOAD/open.json"
  publish
  daemon_start
  eventually is_state good.json Installed
  is_state open.json Invalid
  cmp "$PAYLOAD/good.json" "$DEST/good.json"
  [ ! -e "$DEST/open.json" ]
  [ "$(stat -c %a "$DEST/good.json")" = 644 ]
  no_temps
}

@test "a swap of the volume arrives at once, not at the next poll or resync" {
  not_under valgrind 'it is ten times slower'
  good_profile mount > "$PAYLOAD/a.json"
  publish
  daemon_start --resync-period=1h
  eventually is_state a.json Installed
  good_profile umount2 > "$PAYLOAD/a.json"
  good_profile swapon > "$PAYLOAD/b.json"
  publish
  within 4 cmp "$PAYLOAD/a.json" "$DEST/a.json"
  within 4 cmp "$PAYLOAD/b.json" "$DEST/b.json"
  eventually is_state b.json Installed
  [ "$(metric 'seccompd_watch_mode{mode="inotify"}')" = 1 ]
  [ "$(metric 'seccompd_watch_events_total{event="swap"}')" -ge 1 ]
}

@test "a bad update keeps the last good version and says Stale" {
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start
  eventually is_state a.json Installed
  before=$(sha256sum < "$DEST/a.json")
  echo '{"defaultAction": "SCMP_ACT_ALOW"}' > "$PAYLOAD/a.json"
  publish
  eventually is_state a.json Stale
  [ "$(sha256sum < "$DEST/a.json")" = "$before" ]
  [ "$(status '.profiles[0].findings[0].ruleId')" = SCP005 ]
  [ "$(status '.profiles[0].findings[0].line')" = 1 ]
  [ "$(status '.profiles[0].findings[0].column')" = 19 ]
  [ "$(code /readyz)" = 200 ]
}

@test "the status page quotes what is wrong and is a page that no script can enter" {
  good_profile > "$SOURCE/good.json"
  printf '{\n  "defaultAction": "SCMP_ACT_ALLOW",\n  "syscalls": [{"names": ["<b>mount"], "action": "SCMP_ACT_ALOW"}]\n}\n' \
    > "$SOURCE/bad.json"
  echo '{}' > "$SOURCE/<img src=x onerror=alert(1)>.json"
  NODE_NAME='<script>alert(1)</script>' daemon_start
  eventually is_state good.json Installed
  eventually is_state bad.json Invalid
  get / > "$WORK/page"
  [ "$(grep -ciE '<(script|img|b>mount)' "$WORK/page")" = 0 ]
  grep -q '&lt;img src=x onerror=alert(1)&gt;.json' "$WORK/page"
  grep -q '<code class="copy">profiles/good.json</code>' "$WORK/page"
  # Three lines, and the caret below the second.
  tr '\n' '@' < "$WORK/page" |
    grep -qE '<pre>    2 \|[^@]*@    3 \|[^@]*SCMP_ACT_ALOW[^@]*@      \| <span class="caret"> *\^~+</span>@    4 \| \}@</pre>'
  curl -sSI --max-time 5 "http://127.0.0.1:$PORT/" > "$WORK/headers"
  grep -q "^Content-Security-Policy: default-src 'none'; style-src 'sha256-" "$WORK/headers"
  grep -q '^Content-Type: text/html; charset=utf-8' "$WORK/headers"
  # The excerpt is kept when a later sync finds nothing new.
  kill -HUP "$DAEMON"
  eventually metric_is 'seccompd_syncs_total{trigger="signal",result="partial"}' 1
  get / | grep -q 'class="caret"'
  [ "$(metric 'seccompd_http_requests_total{path="page",code="200"}')" -ge 3 ]
}

@test "an update of error numbers alone is installed with a note on crun's cache" {
  good_profile > "$PAYLOAD/a.json"
  good_profile umount2 > "$PAYLOAD/b.json"
  publish
  daemon_start
  eventually is_state a.json Installed
  noted='[.profiles[] | select(.findings[]?.ruleId == "SCP064") | .name] | join(" ")'
  [ "$(status "$noted")" = '' ]
  good_profile | sed 's/"errnoRet": 1/"errnoRet": 38/' > "$PAYLOAD/a.json"
  good_profile swapon | sed 's/"errnoRet": 1/"errnoRet": 38/' > "$PAYLOAD/b.json"
  publish
  eventually cmp -s "$PAYLOAD/b.json" "$DEST/b.json"
  eventually is_state a.json Installed
  eventually status_is "$noted" a.json
  # As long as that text is there.
  good_profile mount2 > "$PAYLOAD/b.json"
  publish
  eventually is_state b.json Stale
  [ "$(status "$noted")" = a.json ]
  good_profile swapon > "$PAYLOAD/a.json"
  publish
  eventually cmp -s "$PAYLOAD/a.json" "$DEST/a.json"
  eventually is_state a.json Installed
  eventually status_is "$noted" ''
}

@test "readiness can be strict" {
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start --ready-policy=strict
  eventually is_state a.json Installed
  [ "$(code /readyz)" = 200 ]
  fail_open_profile > "$PAYLOAD/a.json"
  publish
  eventually is_state a.json Stale
  [ "$(code /readyz)" = 503 ]
  get /readyz | grep -q '^\[-\]profiles failed: '
  [ "$(code /livez)" = 200 ]
}

@test "one bad profile never stops the others" {
  printf '\377\376{' > "$PAYLOAD/bytes.json"
  printf '' > "$PAYLOAD/empty.json"
  echo null > "$PAYLOAD/null.json"
  for i in $(seq 20); do good_profile mount > "$PAYLOAD/good$i.json"; done
  publish
  daemon_start
  eventually is_state good20.json Installed
  [ "$(status .summary.installed)" = 20 ]
  [ "$(status .summary.invalid)" = 3 ]
  [ "$(find "$DEST" -name '*.json' ! -name '.*' | wc -l)" = 20 ]
}

@test "several ConfigMaps below the source are read, and followed, each through its own ..data" {
  mkdir -p "$SOURCE/base" "$SOURCE/applications" "$PAYLOAD/base" "$PAYLOAD/applications"
  good_profile > "$PAYLOAD/base/a.json"
  good_profile > "$PAYLOAD/applications/b.json"
  "$B/tests/atomic_writer" "$SOURCE/base" "$PAYLOAD/base"
  "$B/tests/atomic_writer" "$SOURCE/applications" "$PAYLOAD/applications"
  daemon_start --resync-period=1h
  eventually is_state base/a.json Installed
  eventually is_state applications/b.json Installed
  cmp "$PAYLOAD/base/a.json" "$DEST/base/a.json"
  [ "$(status '.profiles[] | select(.name == "base/a.json") | .localhostProfile')" = profiles/base/a.json ]
  good_profile umount2 > "$PAYLOAD/applications/b.json"
  "$B/tests/atomic_writer" "$SOURCE/applications" "$PAYLOAD/applications"
  eventually cmp "$PAYLOAD/applications/b.json" "$DEST/applications/b.json"
}

@test "items with a path below the volume keep it" {
  mkdir -p "$PAYLOAD/team/web"
  good_profile > "$PAYLOAD/team/web/a.json"
  publish
  daemon_start
  eventually is_state team/web/a.json Installed
  cmp "$PAYLOAD/team/web/a.json" "$DEST/team/web/a.json"
}

@test "a plain directory is followed too" {
  good_profile > "$SOURCE/a.json"
  daemon_start --resync-period=1h
  eventually is_state a.json Installed
  good_profile swapoff > "$WORK/next"
  mv "$WORK/next" "$SOURCE/a.json"
  eventually cmp "$SOURCE/a.json" "$DEST/a.json"
  good_profile > "$SOURCE/b.json"
  eventually is_state b.json Installed
}

@test "what is not ours is never touched" {
  echo 'mine' > "$DEST/foreign.json"
  ln -s /etc/passwd "$DEST/link.json"
  mkfifo "$DEST/fifo.json"
  good_profile > "$PAYLOAD/same.json"
  cp "$PAYLOAD/same.json" "$DEST/same.json"
  for name in foreign link fifo; do good_profile > "$PAYLOAD/$name.json"; done
  before=$(stat -c '%i %Y' "$DEST/same.json")
  publish
  daemon_start
  eventually is_state same.json Installed
  for name in foreign link fifo; do is_state "$name.json" Conflict; done
  [ "$(cat "$DEST/foreign.json")" = mine ]
  [ -L "$DEST/link.json" ]
  [ -p "$DEST/fifo.json" ]
  [ "$(stat -c '%i %Y' "$DEST/same.json")" = "$before" ]
  [ "$(metric 'seccompd_installs_total{operation="adopt",result="success"}')" = 1 ]
}

@test "a profile that leaves the source stays on disk as Orphaned" {
  good_profile > "$PAYLOAD/a.json"
  good_profile > "$PAYLOAD/b.json"
  publish
  daemon_start
  eventually is_state b.json Installed
  rm "$PAYLOAD/b.json"
  publish
  eventually is_state b.json Orphaned
  [ -e "$DEST/b.json" ]
}

@test "a restart changes no file" {
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start
  eventually is_state a.json Installed
  daemon_stop
  before=$(stat -c '%i %y' "$DEST/a.json" "$DEST/.seccompd.state.json")
  daemon_start
  eventually is_state a.json Installed
  [ "$(stat -c '%i %y' "$DEST/a.json" "$DEST/.seccompd.state.json")" = "$before" ]
}

# bats test_tags=waits
@test "every file of ours is hashed again at the start and at each resync" {
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start --resync-period=5s
  eventually is_state a.json Installed
  daemon_stop
  echo tampered > "$DEST/a.json"
  daemon_start --resync-period=5s
  eventually cmp "$PAYLOAD/a.json" "$DEST/a.json"
  eventually metric_is 'seccompd_installs_total{operation="repair",result="success"}' 1
  # Not closed, it is no event.
  exec 7<> "$DEST/a.json"
  printf tampered >&7
  eventually cmp "$PAYLOAD/a.json" "$DEST/a.json"
  exec 7>&-
  eventually metric_is 'seccompd_installs_total{operation="repair",result="success"}' 2
}

@test "SIGTERM ends it with 0 within a second" {
  not_under valgrind 'it is ten times slower'
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start
  eventually is_state a.json Installed
  start=$(date +%s%N)
  kill -TERM "$DAEMON"
  code=0
  wait "$DAEMON" || code=$?
  DAEMON=
  took=$((($(date +%s%N) - start) / 1000000))
  echo "took $took ms"
  [ "$code" -eq 0 ]
  [ "$took" -lt 1000 ] || sanitized
}

@test "SIGHUP reads the configuration again and judges by it" {
  # A listed architecture that is foreign and of the same byte order is worth a warning on none.
  cat > "$PAYLOAD/kill.json" <<'JSON'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_KILL"}]}
JSON
  publish
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\nstrict: true\n' > "$WORK/config.yaml"
  daemon_start --config="$WORK/config.yaml"
  eventually is_state kill.json Invalid
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\nstrict: false\n' > "$WORK/config.yaml"
  kill -HUP "$DAEMON"
  eventually is_state kill.json Installed
  printf 'strict: [\n' > "$WORK/config.yaml"
  kill -HUP "$DAEMON"
  eventually grep -q 'Configuration not reloaded' "$LOG"
  is_state kill.json Installed
}

validations() { get /metrics | awk '/^seccompd_validations_total/ { n += $2 } END { print n }'; }
syncs_by_signal() { get /metrics | awk '/^seccompd_syncs_total.trigger="signal"/ { n += $2 } END { print n }'; }
signalled() { [ "$(syncs_by_signal)" -ge "$1" ]; }
judged() { [ "$(validations)" = "$1" ]; }

@test "SIGHUP without another option of judging looks again and judges nothing again" {
  not_under valgrind 'it has no seccomp(2), and verdicts without a trial load are not kept'
  for i in $(seq "${SCD_PROFILES:-20}"); do good_profile | sed "s/\"errnoRet\": 1/\"errnoRet\": $i/" > "$PAYLOAD/p$i.json"; done
  publish
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\nreadyPolicy: strict\n' > "$WORK/config.yaml"
  daemon_start --config="$WORK/config.yaml" --resync-period=1h
  eventually judged "${SCD_PROFILES:-20}"
  eventually is_state "p$i.json" Installed
  before=$(validations)
  rm "$DEST/p1.json"
  eventually is_state p1.json Installed
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\nreadyPolicy: synced\n' > "$WORK/config.yaml"
  for hup in 1 2 3; do
    kill -HUP "$DAEMON"
    eventually signalled "$hup"
  done
  echo "# $before verdicts before three signals, $(validations) after" >&3
  [ "$(validations)" = "$before" ]
  [ "$before" = "${SCD_PROFILES:-20}" ]
  # What judging depends on: each of them once more.
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\nociRuntime: runc\n' > "$WORK/config.yaml"
  kill -HUP "$DAEMON"
  eventually signalled 4
  eventually judged $((2 * before))
}

@test "what only a start can change is kept at SIGHUP, and said each time" {
  good_profile > "$PAYLOAD/a.json"
  publish
  base='apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\n'
  printf '%b' "$base" "source: $SOURCE\n" "destination: $DEST\n" 'listen: 127.0.0.1:0\n' > "$WORK/config.yaml"
  "$B/seccompd" --config="$WORK/config.yaml" --resync-period=1h 2> "$LOG" 3>&- &
  DAEMON=$!
  eventually grep -q '"msg":"Started"' "$LOG"
  PORT=$(sed -n 's/.*"msg":"Started".*"port":\([0-9]*\).*/\1/p' "$LOG")
  eventually is_state a.json Installed
  printf '%b' "$base" "source: $WORK/elsewhere\n" "destination: $WORK/nowhere\n" 'listen: 127.0.0.1:1\n' > "$WORK/config.yaml"
  for hup in 1 2; do
    kill -HUP "$DAEMON"
    eventually signalled "$hup"
    for value in "$WORK/elsewhere" "$WORK/nowhere" 127.0.0.1:1; do
      [ "$(grep '"msg":"Option needs a restart"' "$LOG" | grep -c "\"value\":\"$value\"")" = "$hup" ]
    done
  done
  [ "$(status '.source.path + " " + .destination.path')" = "$SOURCE $DEST" ]
  good_profile umount2 > "$PAYLOAD/a.json"
  publish
  eventually cmp "$PAYLOAD/a.json" "$DEST/a.json"
  daemon_stop
}

@test "an address that is taken ends it with 3, and it says so" {
  publish
  daemon_start
  run -3 seccompd --source="$SOURCE" --destination="$DEST" --listen="127.0.0.1:$PORT"
  [[ $output == *'"msg":"Not started"'*"listen on '127.0.0.1:$PORT'"*'Address already in use'* ]]
}

@test "help and version go to standard output, and nothing is looked at" {
  run -0 seccompd --version
  [[ $output == "seccompd v$(cat "$BATS_TEST_DIRNAME/../../VERSION")"* ]]
  run -0 seccompd --help
  [[ $output == 'Usage: seccompd [OPTION...]'* ]]
  run -3 sh -c '"$1" --version > /dev/full' sh "$B/seccompd"
}

@test "a configuration that is not acceptable ends it with 2 and says where" {
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\nstrikt: true\n' > "$WORK/config.yaml"
  run seccompd --config="$WORK/config.yaml"
  [ "$status" -eq 2 ]
  [[ "$output" == *"config.yaml:3:1:"*strikt*strict* ]]
  run seccompd --no-such-option
  [ "$status" -eq 2 ]
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\nlisten: localhost:80\n' > "$WORK/config.yaml"
  run seccompd --config="$WORK/config.yaml" --one-time
  [ "$status" -eq 2 ]
  [[ "$output" == *"config.yaml:3:9: listen: 'localhost:80' is not an address to listen on"* ]]
  run seccompd --config=$'\e[31m'
  [ "$status" -eq 3 ]
  [[ "$output" == *'u001b[31m'* && "$output" != *$'\e'* ]]
  SECCOMPD_RESYNC_PERIOD=soon run seccompd --one-time
  [ "$status" -eq 2 ]
}

@test "one-time that is stopped before its end does not say that all is installed" {
  slow_profile > "$PAYLOAD/slow.json"
  publish
  "$B/seccompd" --source="$SOURCE" --destination="$DEST" --one-time 2> "$LOG" 3>&- &
  DAEMON=$!
  eventually grep -q '"msg":"Started"' "$LOG"
  eventually pgrep -P "$DAEMON"
  code=0
  daemon_stop || code=$?
  [ "$code" -eq 1 ]
}

@test "one-time exits with 0 when all is installed and with 1 when something is not" {
  good_profile > "$PAYLOAD/a.json"
  publish
  seccompd --source="$SOURCE" --destination="$DEST" --one-time 2> "$LOG"
  cmp "$PAYLOAD/a.json" "$DEST/a.json"
  fail_open_profile > "$PAYLOAD/open.json"
  publish
  run seccompd --source="$SOURCE" --destination="$DEST" --one-time
  [ "$status" -eq 1 ]
  run seccompd --source="$WORK/nowhere" --destination="$DEST" --one-time
  [ "$status" -eq 3 ]
}

@test "dry-run writes nothing at all" {
  good_profile > "$PAYLOAD/a.json"
  publish
  run seccompd --source="$SOURCE" --destination="$DEST" --one-time --dry-run
  [ "$status" -eq 0 ]
  [ -z "$(ls -A "$DEST")" ]
}

@test "a source that is not there yet is waited for" {
  rmdir "$SOURCE"
  daemon_start --resync-period=1h
  eventually test "$(code /readyz)" = 503
  [ "$(code /livez)" = 200 ]
  # Nothing is said of a destination that nobody has looked at.
  eventually status_is .lastSync.result Error
  [ "$(status '.destination | keys | join(" ")')" = path ]
  mkdir "$SOURCE"
  good_profile > "$PAYLOAD/a.json"
  publish
  eventually is_state a.json Installed
  [ "$(code /readyz)" = 200 ]
}

@test "a destination that is not there yet is waited for" {
  rmdir "$DEST"
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start
  eventually grep -q 'Installation failed' "$LOG"
  [ "$(code /readyz)" = 503 ]
  [ "$(code /livez)" = 200 ]
  mkdir "$DEST"
  kill -HUP "$DAEMON"
  eventually is_state a.json Installed
}

# bats test_tags=waits
@test "a volume that kubelet takes down loses nothing and ends the daemon with 4" {
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_start
  eventually is_state a.json Installed
  "$B/tests/atomic_writer" --teardown "$SOURCE"
  eventually test "$(metric 'seccompd_source_state{state="orphaned"}')" = 1 ||
    eventually grep -q 'Source not readable' "$LOG"
  cmp "$PAYLOAD/a.json" "$DEST/a.json"
  code=0
  wait "$DAEMON" || code=$?
  DAEMON=
  [ "$code" -eq 4 ]
  [ -e "$DEST/a.json" ]
}

# bats test_tags=waits
@test "without inotify instances it polls, says so, and still follows" {
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_without_inotify --resync-period=1h
  eventually is_state a.json Installed
  [ "$(metric 'seccompd_watch_mode{mode="poll"}')" = 1 ]
  good_profile umount2 > "$PAYLOAD/a.json"
  publish
  eventually cmp "$PAYLOAD/a.json" "$DEST/a.json"
}

# bats test_tags=slow
@test "a thousand profiles full of mistakes do not fill the memory" {
  not_under valgrind 'the memory is its own, and a thousand children take an hour'
  ! sanitized || skip 'a sanitizer has its own idea of memory'
  names=$(seq -s, 60 | sed 's/[0-9]\+/"no_such_call_&"/g')
  for i in $(seq 1000); do
    echo "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [$names], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": $i}]}" \
      > "$PAYLOAD/bad$i.json"
  done
  publish
  daemon_start --v=1
  within 200 status_is .summary.invalid 1000
  kib=$(awk '/VmRSS/ { print $2 }' "/proc/$PROC/status")
  echo "# $kib KiB resident" >&3
  [ "$kib" -lt 32768 ]
  [ "$(status '.profiles[0].findingsTotal')" -ge 60 ]
}

@test "profiles that want all memory cost a child each, and the others are installed on time" {
  not_under valgrind 'the memory is its own'
  ! sanitized || skip 'a sanitizer reserves terabytes: there is no limit'
  # In the tree of the text: a hundred bytes for each of its bytes.
  { printf '[' && yes 0, | head -n 300000 | tr -d '\n' && printf '0]'; } > "$PAYLOAD/tree.json"
  # In libseccomp: 100 times six conditions for each of 200 calls.
  jq -n --argjson names "$(jq -c '[.syscalls[].names[]] | unique | .[:200]' "$BATS_TEST_DIRNAME/../../profiles/base/unprivileged.json")" \
    '{defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    syscalls: [range(100) as $i | {names: $names, action: "SCMP_ACT_ALLOW",
    args: [range(6) as $k | {index: $k, value: (($i + 1) * 4294967311 + $k), op: "SCMP_CMP_EQ"}]}]}' > "$PAYLOAD/filter.json"
  good_profile > "$PAYLOAD/good.json"
  publish
  daemon_start --v=1
  eventually is_state good.json Installed
  for name in tree filter; do
    eventually is_state "$name.json" Invalid
    [ "$(status ".profiles[] | select(.name == \"$name.json\") | .findings[0].ruleId")" = SCP057 ]
    echo "# $name.json: $(status ".profiles[] | select(.name == \"$name.json\") | .findings[0].message")" >&3
    [ ! -e "$DEST/$name.json" ]
  done
  status '.profiles[] | select(.name == "tree.json") | .findings[0].message' | grep -q 'needed more memory'
  # libseccomp says that it has no memory, or dies of it; where there is much else to do its time ends first.
  ended=$(get /metrics | awk '/^seccompd_validations_total.*(crash|timeout)/ { n += $2 } END { print n }')
  [ "$ended" = 2 ]
  [ "$(code /livez)" = 200 ]
  [ "$(code /readyz)" = 200 ]
  # The daemon itself was never near what its children wanted.
  kib=$(awk '/VmHWM/ { print $2 }' "/proc/$PROC/status")
  echo "# $kib KiB at most" >&3
  [ "$kib" -lt 16384 ]
}

@test "a hostile profile costs one finding and the others are installed on time" {
  not_under valgrind 'its ten seconds are over before the good one is judged'
  slow_profile > "$PAYLOAD/slow.json"
  good_profile > "$PAYLOAD/good.json"
  publish
  daemon_start
  eventually is_state good.json Installed
  is_state slow.json Pending
  [ "$(code /livez)" = 200 ]
  within 120 is_state slow.json Invalid
  [ "$(status '.profiles[] | select(.name == "slow.json") | .findings[0].ruleId')" = SCP057 ]
  [ "$(metric 'seccompd_validations_total{result="timeout"}')" = 1 ]
}
