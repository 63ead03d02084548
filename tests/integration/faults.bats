#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own.
# shellcheck disable=SC2030,SC2031
# System calls that fail under a running daemon: nothing is lost, it does not exit, it says what is
# wrong, and once the fault is gone it is all right again, by itself.

bats_require_minimum_version 1.5.0
load lib.bash
load faults.bash

setup() { volume_setup; }
teardown() { faults_teardown; }

@test "writes that fail: the last good version stays, it is said, and it heals" {
  start_whole
  count=0
  # Not write(2): the loop needs it, to learn of the ends of children. Its failures are real in the
  # tests of full file systems, and injected in test_install_faults.
  # What fails; the errno in /status; what /readyz says. A full disk hurts nothing that is
  # installed, and is for readiness only when it lasts for 5 minutes.
  while read -r injection errno ready; do
    keep
    next_payload
    fault "$injection"
    publish
    eventually says_errno "$errno" || { echo "$injection: $(status '.destination, .profiles')" && return 1; }
    eventually ready_is "$ready" || { echo "$injection: /readyz" && return 1; }
    [ "$(code /livez)" = 200 ]
    [ "$(metric seccompd_sync_consecutive_failures)" -ge 1 ]
    nothing_is_lost
    mend
    look_again
    eventually is_installed || { echo "$injection: not healed" && return 1; }
    count=$((count + 1))
  done << 'FAULTS'
fsync:error=ENOSPC ENOSPC 200
fsync:error=EDQUOT EDQUOT 200
fsync:error=EIO EIO 503
renameat,renameat2:error=EIO EIO 503
renameat,renameat2:error=EROFS EROFS 503
fchmod:error=EPERM EPERM 503
flock:error=ENOLCK ENOLCK 503
FAULTS
  echo "# $count faults" >&3
}

@test "a source that cannot be read is no empty one" {
  start_whole --removal-policy=AfterGrace --removal-grace-period=0s --max-removals-percent=100
  count=0
  while read -r injection errno; do
    keep
    next_payload
    fault "$injection"
    publish
    look_again
    eventually source_is Missing || { echo "$injection: $(status .source)" && return 1; }
    says_errno "$errno" || { echo "$injection: $(status .source)" && return 1; }
    [ "$(code /livez)" = 200 ]
    nothing_is_lost
    mend
    # No signal: it looks again by itself after 1 s, 2 s, 4 s.
    eventually is_installed || { echo "$injection: not healed" && return 1; }
    count=$((count + 1))
  done << 'FAULTS'
getdents64:error=EIO EIO
openat,openat2:error=EMFILE EMFILE
openat,openat2:error=ENFILE ENFILE
readlinkat:error=EIO EIO
FAULTS
  echo "# $count faults" >&3
}

@test "no process, or no memory for one: what is judged stays, and it goes on when there is" {
  start_whole
  count=0
  for errno in EAGAIN ENOMEM; do
    keep
    next_payload
    fault "clone,clone3,fork,vfork:error=$errno"
    publish
    eventually grep -q 'Check failed' "$LOG"
    eventually last_sync_is Error
    [ "$(code /livez)" = 200 ]
    nothing_is_lost
    mend
    look_again # it would 30 s later
    eventually is_installed || { echo "$errno: not healed" && return 1; }
    count=$((count + 1))
  done
  echo "# $count faults" >&3
}

@test "no memory for a check: the profile is no worse for it, and is judged when there is some" {
  not_under valgrind 'it needs memory of its own'
  ! sanitized || skip 'a sanitizer reserves terabytes'
  start_whole
  keep
  next_payload
  # Some MiB in libseccomp; and rejected, as rules that deny a value leave its neighbours open.
  jq -n '{defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    syscalls: [range(100) as $i | {names: ["setns", "unshare", "bpf", "keyctl", "fsopen", "syslog", "setuid", "setgid"],
    action: "SCMP_ACT_ERRNO", args: [{index: 0, value: $i, op: "SCMP_CMP_EQ"}]}]}' > "$PAYLOAD/hungry.json"
  # A MiB more than the daemon has is all that it, and each child, may have.
  data=$(awk '/VmData/ { print $2 * 1024 }' "/proc/$PROC/status")
  prlimit --pid "$PROC" --data="$((data + 1048576))":unlimited
  publish
  eventually grep -q '"msg":"Check failed".*"code":"no_memory"' "$LOG"
  [ "$(code /livez)" = 200 ]
  eventually is_state a.json Installed
  is_state hungry.json Pending
  [ "$(metric 'seccompd_profiles{state="invalid"}')" = 0 ]
  [ "$(metric 'seccompd_validations_total{result="rejected"}')" = 0 ]
  [ "$(metric 'seccompd_validations_total{result="crash"}')" = 0 ]
  prlimit --pid "$PROC" --data=unlimited:unlimited
  eventually is_state hungry.json Invalid # by itself, in a few seconds
  [ "$(status '[.profiles[] | select(.name == "hungry.json") | .findings[] | select(.ruleId == "SCP057")] | length')" = 0 ]
}

has_mode() { [ "$(stat -c %a "$2")" = "$1" ]; }
more_accepted_than() { [ "$(metric 'seccompd_validations_total{result="accepted"}')" -gt "$1" ]; }

@test "a check that takes long where seccomp(2) is denied: its verdict counts all the same" {
  not_under valgrind 'it has no seccomp(2) and is slow everywhere'
  good_profile > "$PAYLOAD/a.json"
  publish
  daemon_under "$B/tests/deny" seccomp=EPERM -- --resync-period=1h
  eventually is_state a.json Installed
  [ "$(status .validator.degraded)" = true ]
  good_profile umount2 > "$PAYLOAD/b.json"
  fault memfd_create:delay_enter=1500000 # longer than a sync waits for verdicts
  publish
  eventually is_state b.json Pending
  eventually is_state b.json Installed
  # Such a verdict is reached anew from time to time; until then it counts.
  changes=$(grep -c '"msg":"Profile state changed"' "$LOG")
  accepted=$(metric 'seccompd_validations_total{result="accepted"}')
  for name in a b a b; do
    chmod 600 "$DEST/$name.json" # a reason to look
    eventually has_mode 644 "$DEST/$name.json"
    sleep 0.5
  done
  eventually more_accepted_than "$accepted"
  [ "$(grep -c '"msg":"Profile state changed"' "$LOG")" = "$changes" ]
  is_state a.json Installed
  is_state b.json Installed
  mend
  # And then it rests.
  sleep 1
  before=$(get /metrics | awk '/^seccompd_syncs_total/ { n += $2 } END { print n }')
  sleep 2
  [ "$(get /metrics | awk '/^seccompd_syncs_total/ { n += $2 } END { print n }')" = "$before" ]
}

@test "no descriptor is left: nothing is lost, and it goes on when there is one" {
  not_under valgrind 'it needs descriptors of its own'
  start_whole
  keep
  next_payload
  soft=$(prlimit --pid "$PROC" --nofile --raw --noheadings --output SOFT)
  # The descriptors that it has are all it may have.
  prlimit --pid "$PROC" --nofile="$(find "/proc/$PROC/fd" -mindepth 1 | wc -l)":"$soft"
  publish
  look_again
  eventually grep -q '"errno":"Too many open files"' "$LOG"
  kill -0 "$DAEMON"
  nothing_is_lost
  prlimit --pid "$PROC" --nofile="$soft":"$soft"
  eventually is_installed
}

@test "no watch is left: it polls, and watches again with the next sync" {
  start_whole
  keep
  fault inotify_add_watch,inotify_init,inotify_init1:error=ENOSPC
  # Something that needs a new watch.
  mkdir "$SOURCE/more"
  next_payload
  publish
  eventually metric_is 'seccompd_watch_mode{mode="poll"}' 1
  mend
  look_again
  eventually metric_is 'seccompd_watch_mode{mode="inotify"}' 1
  eventually is_installed
}

@test "a file system without space or without inodes: the old version stays, and it heals" {
  mount -t tmpfs -o size=64k,nr_inodes=32 none "$DEST" || skip_or_fail 'nothing can be mounted here'
  chmod 0755 "$DEST"
  start_whole
  keep
  count=0
  for kind in blocks inodes; do
    next_payload
    if [ "$kind" = blocks ]; then
      head -c 1M /dev/zero > "$DEST/filler" 2>/dev/null || true
    else
      for i in $(seq 64); do : > "$DEST/filler$i" 2>/dev/null || break; done
    fi
    publish
    eventually says_errno ENOSPC || { echo "$kind: $(status '.destination, .profiles')" && return 1; }
    [ "$(code /readyz)" = 200 ]
    nothing_is_lost
    rm "$DEST"/filler*
    look_again
    eventually is_installed
    keep
    count=$((count + 1))
  done
  echo "# $count full file systems" >&3
  daemon_stop
  umount "$DEST"
}

@test "a file system that becomes read-only: the old version stays, it is said, and it heals" {
  mount -t tmpfs none "$DEST" || skip_or_fail 'nothing can be mounted here'
  chmod 0755 "$DEST"
  start_whole
  keep
  next_payload
  eventually mount -o remount,ro "$DEST" # once no transaction runs
  publish
  eventually says_errno EROFS
  eventually ready_is 503
  [ "$(metric seccompd_destination_writable)" = 0 ]
  [ "$(status '.conditions[] | select(.type == "DestinationWritable") | .status')" = False ]
  nothing_is_lost
  mount -o remount,rw "$DEST"
  look_again
  eventually is_installed
  daemon_stop
  umount "$DEST"
}
