#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What holds the daemon to its rights: that it is there, that nothing misses it, and what is
# done without where it is not to be had.
# shellcheck disable=SC2030,SC2031

load lib.bash

setup() {
  volume_setup
  not_under valgrind 'it runs without the sandbox'
  if sanitized || measured; then skip 'a sanitizer, and gcov, make calls of their own'; fi
  good_profile > "$PAYLOAD/a.json"
  mkdir "$PAYLOAD/team"
  good_profile umount2 > "$PAYLOAD/team/b.json"
  publish
}

teardown() { volume_teardown; }

# Does this kernel have Landlock, and may we ask?
landlock() { status '.sandbox.landlock.reason // "there"'; }

has_mode() { [ "$(stat -c %a "$2")" = "$1" ]; }
both_installed() { is_state a.json Installed && is_state team/b.json Installed; }

@test "both parts are on by default, and said in the log, in /status and by metrics" {
  daemon_start
  eventually both_installed
  [ "$(status .sandbox.seccomp.state)" = on ]
  [ "$(metric 'seccompd_sandbox{part="seccomp"}')" = 1 ]
  grep -q '"msg":"Rights restricted".*"seccomp":"on"' "$LOG"
  grep -q '^Seccomp:.2$' "/proc/$PROC/status"
  grep -q '^NoNewPrivs:.1$' "/proc/$PROC/status"
  [ "$(landlock)" = there ] || skip_or_fail "no Landlock here: $(landlock)"
  [ "$(status .sandbox.landlock.state)" = on ]
  [ "$(status .sandbox.landlock.abi)" -ge 1 ]
  [ "$(metric 'seccompd_sandbox{part="landlock"}')" = 1 ]
  grep -q '"msg":"Rights restricted".*"landlock":"on"' "$LOG"
}

@test "each part can be switched off, by a start only" {
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\nlandlock: false\n' > "$WORK/config.yaml"
  daemon_start --config="$WORK/config.yaml" --seccomp-filter=false
  eventually both_installed
  [ "$(status .sandbox.landlock.state)" = off ]
  [ "$(status .sandbox.seccomp.state)" = off ]
  [[ "${SCD_RERUN:-}" = own-profile || "${SCD_RERUN:-}" = no-openat2 ]] || grep -q '^Seccomp:.0$' "/proc/$PROC/status"
  sed -i 's/false/true/' "$WORK/config.yaml"
  kill -HUP "$DAEMON"
  eventually grep -q '"msg":"Option needs a restart".*"value":"landlock"' "$LOG"
  eventually grep -q '"msg":"Configuration reloaded"' "$LOG"
  [ "$(status .sandbox.landlock.state)" = off ]
}

@test "Landlock waits until source and destination are there" {
  rmdir "$DEST"
  daemon_start
  [ "$(landlock)" = there ] || skip_or_fail "no Landlock here: $(landlock)"
  [ "$(status .sandbox.landlock.state)" = pending ]
  [ "$(status .sandbox.seccomp.state)" = on ]
  mkdir "$DEST"
  kill -HUP "$DAEMON"
  eventually both_installed
  [ "$(status .sandbox.landlock.state)" = on ]
  grep -q '"msg":"Files restricted".*"landlock":"on"' "$LOG"
}

@test "the configuration is read again, also where a volume swaps it" {
  mkdir "$WORK/etc" "$WORK/etc/..1"
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\nstrict: false\n' > "$WORK/etc/..1/seccompd.yaml"
  ln -s ..1 "$WORK/etc/..data"
  ln -s ..data/seccompd.yaml "$WORK/etc/seccompd.yaml"
  daemon_start --config="$WORK/etc/seccompd.yaml"
  eventually both_installed
  mkdir "$WORK/etc/..2"
  sed 's/false/true/' "$WORK/etc/..1/seccompd.yaml" > "$WORK/etc/..2/seccompd.yaml"
  ln -s ..2 "$WORK/etc/..data_tmp"
  mv -T "$WORK/etc/..data_tmp" "$WORK/etc/..data"
  rm -r "$WORK/etc/..1"
  kill -HUP "$DAEMON"
  eventually grep -q '"msg":"Configuration reloaded"' "$LOG"
  [ "$(status .validator.strict)" = true ]
}

# The kernel denies what is not in the table: a call that the daemon needs would be missing here.
@test "in a whole life nothing that the daemon asks for is denied" {
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\n' > "$WORK/config.yaml"
  not_under 'own-profile' 'ptrace(2) is denied'
  under_mode strace -o /dev/null true 2>/dev/null || skip_or_fail 'strace cannot trace here'
  daemon_under strace -f -D -o "$WORK/trace" -- --config="$WORK/config.yaml" \
    --removal-policy=AfterGrace --removal-grace-period=0s
  eventually both_installed
  get /metrics > "$WORK/metrics"
  grep -q '^process_open_fds ' "$WORK/metrics"
  grep -q '^process_resident_memory_bytes ' "$WORK/metrics"
  fail_open_profile > "$PAYLOAD/x.json"
  rm -r "$PAYLOAD/team"
  publish
  eventually is_state x.json Invalid
  eventually test ! -e "$DEST/team"
  chmod 600 "$DEST/a.json"
  kill -HUP "$DAEMON"
  eventually has_mode 644 "$DEST/a.json"
  mkdir "$SOURCE/more"
  good_profile > "$SOURCE/more/z.json"
  kill -HUP "$DAEMON"
  eventually is_state more/z.json Installed
  daemon_stop
  eventually grep -q '+++ exited with 0 +++' "$WORK/trace"
  [ "$(grep -c 'exited with' "$WORK/trace")" -ge 8 ]
  # What the mode denies is no news.
  [ "${SCD_RERUN:-}" != no-openat2 ] || sed -i '/openat2.*ENOSYS/d' "$WORK/trace"
  run grep -E '= -1 (EPERM|EACCES|ENOSYS)|--- SIGSYS|by SIGSYS' "$WORK/trace"
  echo "$output"
  [ "$status" -eq 1 ]
}


@test "a kernel or a container without Landlock is said, and no reason to stop" {
  for answer in ENOSYS EPERM; do
    daemon_under "$B/tests/deny" "landlock_create_ruleset=$answer" --
    eventually both_installed
    [ "$(status .sandbox.landlock.state)" = unavailable ]
    [ "$(status .sandbox.landlock.reason)" = "$answer" ]
    [ "$(status .sandbox.seccomp.state)" = on ]
    grep -q "\"msg\":\"Rights restricted\".*\"landlockReason\":\"$answer\"" "$LOG"
    daemon_stop
  done
}

@test "a container that denies seccomp(2) makes the validator degraded, and no good profile invalid" {
  cat > "$PAYLOAD/every-action.json" <<'JSON'
{"defaultAction": "SCMP_ACT_LOG", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [
  {"names": ["bpf"], "action": "SCMP_ACT_KILL_PROCESS"}]}
JSON
  fail_open_profile > "$PAYLOAD/open.json"
  publish
  for answer in EPERM ENOSYS KILL; do
    daemon_under "$B/tests/deny" "seccomp=$answer" --
    eventually both_installed
    eventually is_state every-action.json Installed
    is_state open.json Invalid
    [ "$(status .validator.degraded)" = true ]
    [ "$(metric seccompd_validator_degraded)" = 1 ]
    [ "$(status '.conditions[] | select(.type == "ValidatorDegraded") | .status')" = True ]
    [ "$(status .sandbox.seccomp.state)" = unavailable ]
    [ "$(status .sandbox.seccomp.reason)" = "${answer/KILL/SIGSYS}" ]
    [ "$(metric 'seccompd_validations_total{result="crash"}')" = 0 ]
    [ "$(code /readyz)" = 200 ]
    daemon_stop
    rm -rf "${DEST:?}"/* "$DEST"/.seccompd.*
  done
}

# What deploy/kustomize/components/own-profile does before each start.
@test "an init container installs the daemon's own profile, and leaves all else as it is" {
  mkdir -p "$PAYLOAD/base" "$WORK/own/base"
  cp "$BATS_TEST_DIRNAME/../../profiles/base/seccompd.json" "$WORK/own/base"
  seccompd --one-time --source="$WORK/own" --destination="$DEST" --removal-policy=Retain 2> "$LOG"
  cmp "$WORK/own/base/seccompd.json" "$DEST/base/seccompd.json"
  cp "$WORK/own/base/seccompd.json" "$PAYLOAD/base"
  publish
  daemon_start --removal-policy=AfterGrace --removal-grace-period=0s
  eventually both_installed
  is_state base/seccompd.json Installed
  daemon_stop
  before=$(stat -c '%n %i %y' "$DEST"/*.json "$DEST"/*/*.json)
  seccompd --one-time --source="$WORK/own" --destination="$DEST" --removal-policy=Retain 2> "$LOG"
  [ "$(stat -c '%n %i %y' "$DEST"/*.json "$DEST"/*/*.json)" = "$before" ]
  daemon_start --removal-policy=AfterGrace --removal-grace-period=0s
  eventually both_installed
  [ "$(stat -c '%n %i %y' "$DEST"/*.json "$DEST"/*/*.json)" = "$before" ]
}

@test "a container that denies all of it is no reason to stop either" {
  daemon_under "$B/tests/deny" seccomp=KILL landlock_create_ruleset=KILL openat2=EPERM close_range=ENOSYS --
  eventually both_installed
  [ "$(status .sandbox.landlock.reason)" = SIGSYS ]
  [ "$(status .validator.degraded)" = true ]
}
