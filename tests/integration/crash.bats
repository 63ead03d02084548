#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own.
# shellcheck disable=SC2030,SC2031
# Killed at its system calls, before each of which nothing of it has happened: every one with
# SCD_CRASH_STRIDE=1, else one of so many. After each: what lies there is whole, the next
# transaction puts everything right, nothing is left over, and what is ours is known.

bats_require_minimum_version 1.5.0
load lib.bash

NAMES=(a.json base/deep/b.json c.json)

setup() {
  volume_setup
  STRIDE=${SCD_CRASH_STRIDE:-13}
  OLD=$WORK/old
  NEW=$WORK/new
  READY=$WORK/ready # a destination before the transaction that is killed
  mkdir -p "$OLD/base/deep" "$NEW/base/deep" "$READY"
  for name in "${NAMES[@]}"; do
    good_profile mount > "$OLD/$name"
    good_profile umount2 > "$NEW/$name"
  done
  not_under 'own-profile valgrind' 'ptrace(2) kills there, and valgrind makes calls of its own'
  no_leak_check
  under_mode strace -o /dev/null true 2>/dev/null || skip_or_fail 'strace cannot trace here'
}
teardown() { volume_teardown; }

transact() { under_mode "$B/tests/transact" "$@"; }

# The destination as it was before.
rewind() {
  rm -rf "$DEST"
  cp -a "$READY" "$DEST"
}

# Each name holds the old text or the new one, whole. One that was there before is there;
# unless it is about to be removed: assert_whole KIND.
assert_whole() {
  local name
  for name in "${NAMES[@]}"; do
    if [ -e "$DEST/$name" ]; then
      cmp -s "$DEST/$name" "$OLD/$name" || cmp -s "$DEST/$name" "$NEW/$name" || {
        echo "$name is torn"
        return 1
      }
    elif [ "$1" = update ]; then
      echo "$name is missing"
      return 1
    fi
  done
}

# The destination is just what the source says, and so is the state file.
assert_right() {
  local wanted=$1 name
  (cd "$wanted" && find . -type f -name '*.json' | sort) > "$WORK/wanted"
  (cd "$DEST" && find . -type f ! -name '.seccompd.state.json' ! -name .seccompd.lock | sort) > "$WORK/there"
  cmp "$WORK/wanted" "$WORK/there" || return 1
  while read -r name; do cmp "$wanted/$name" "$DEST/$name" || return 1; done < "$WORK/wanted"
  (cd "$wanted" && while read -r name; do
    echo "${name#./} $(sha256sum < "$name" | cut -d' ' -f1)"
  done < "$WORK/wanted") > "$WORK/owned"
  jq -r '.[0].files | to_entries[] | select(.value.intent == null) | .key + " " + .value.sha256' \
    "$DEST/.seccompd.state.json" | cmp - "$WORK/owned" || return 1
  [ "$(jq '.[0].files | length' "$DEST/.seccompd.state.json")" = "$(wc -l < "$WORK/owned")" ] || return 1
  # Directories that we made go when they are empty.
  [ -d "$wanted/base" ] || [ ! -e "$DEST/base" ]
}

# "NAME K" for each call of the trace in order: the Kth call of that name.
calls() { sed -nE 's/^([a-z0-9_]+)\(.*/\1/p' "$1" | awk '{ print $1, ++seen[$1] }'; }

# Runs a program that is killed before its Kth call of a name: killed_at NAME K PROGRAM...
killed_at() {
  local code=0
  under_mode strace -o /dev/null -e inject="$1":signal=KILL:when="$2" "${@:3}" 2>/dev/null || code=$?
  [ "$code" -eq 137 ]
}

# The same of every process that it forks.
child_killed_at() {
  under_mode strace -f -o /dev/null -e inject="$1":signal=KILL:when="$2" "${@:3}" 2>&1 | grep -q 'died of signal 9'
}

daemon_once() { seccompd --source="$1" --destination="$DEST" --one-time "${@:2}" 2> "$LOG"; }

# Kills the transaction at each of its calls: crash_everywhere KIND SOURCE OPTION...
crash_everywhere() {
  local kind=$1 source=$2 total=0 killed=0 name k
  rewind
  under_mode strace -o "$WORK/trace" "$B/tests/transact" "${@:3}" "$source" "$DEST"
  calls "$WORK/trace" > "$WORK/calls"
  # Before the lock it has only looked at the source.
  sed -i "1,$(($(grep -n 'seccompd.lock' "$WORK/trace" | head -1 | cut -d: -f1) - 1))d" "$WORK/calls"
  while read -r name k; do
    ((total++ % STRIDE == 0)) || continue
    rewind
    killed_at "$name" "$k" "$B/tests/transact" "${@:3}" "$source" "$DEST" || continue
    killed=$((killed + 1))
    assert_whole "$kind"
    if ((killed % 10 == 1)); then # by the daemon itself, which judges first
      daemon_once "$source" --removal-policy=AfterGrace --removal-grace-period=0s --max-removals-percent=100
    else
      transact --remove "$source" "$DEST"
    fi
    assert_right "$source" || {
      echo "killed at $name $k"
      return 1
    }
  done < "$WORK/calls"
  echo "# $kind: killed at $killed of $total system calls" >&3
  # The last of them, exit_group, may well come after its last word.
  [ "$killed" -ge $((total / STRIDE - 1)) ] && [ "$killed" -ge 5 ]
}

@test "killed at a system call of a create, nested directories among them" {
  crash_everywhere create "$NEW"
}

@test "killed at a system call of an update" {
  transact "$OLD" "$READY"
  crash_everywhere update "$NEW"
}

@test "killed at a system call of a removal, nested directories among them" {
  transact "$OLD" "$READY"
  rm -r "$NEW/base" "$NEW/a.json"
  crash_everywhere remove "$NEW" --remove
}

@test "the daemon's install child killed at each call that changes the disk" {
  local name k killed=0 stride=$(((STRIDE + 2) / 3))
  transact "$OLD" "$READY"
  rewind
  # No other process of the daemon makes these calls.
  under_mode strace -f -o "$WORK/all" -e trace=flock,renameat,renameat2,fsync,unlinkat,mkdirat,fchmod \
    "$B/seccompd" --source="$NEW" --destination="$DEST" --one-time 2> "$LOG"
  sed -nE 's/^[0-9]+ +([a-z0-9]+\()/\1/p' "$WORK/all" > "$WORK/trace"
  calls "$WORK/trace" > "$WORK/calls"
  while read -r name k; do
    ((killed++ % stride == 0)) || continue
    rewind
    child_killed_at "$name" "$k" "$B/seccompd" --source="$NEW" --destination="$DEST" --one-time
    assert_whole update
    daemon_once "$NEW"
    assert_right "$NEW"
  done < "$WORK/calls"
  echo "# $killed calls, killed at every ${stride}th" >&3
  [ "$killed" -ge 15 ]
}

@test "the daemon itself killed at a system call, its child left alone" {
  local name k killed=0 total=0 stride=$((STRIDE * 3))
  transact "$OLD" "$READY"
  rewind
  under_mode strace -o "$WORK/trace" "$B/seccompd" --source="$NEW" --destination="$DEST" --one-time 2> "$LOG"
  calls "$WORK/trace" > "$WORK/calls"
  while read -r name k; do
    ((total++ % stride == 0)) || continue
    rewind
    killed_at "$name" "$k" "$B/seccompd" --source="$NEW" --destination="$DEST" --one-time || continue
    killed=$((killed + 1))
    [ ! -e "$DEST/.seccompd.lock" ] || flock "$DEST/.seccompd.lock" true # its child is done
    assert_whole update
    daemon_once "$NEW"
    assert_right "$NEW"
  done < "$WORK/calls"
  echo "# killed at $killed of $total system calls" >&3
  [ "$killed" -ge 5 ]
}
