#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own: what setup and daemon_start set is its own as well.
# shellcheck disable=SC2030,SC2031
# What is ours, what is not, and what becomes of either.

bats_require_minimum_version 1.5.0
load lib.bash

setup() { volume_setup; }
teardown() { volume_teardown; }

ctl() { seccompctl "$1" --destination="$DEST" "${@:2}"; }
reason_of() { status ".profiles[] | select(.name == \"$1\") | .reason"; }
ledger() { jq -r ".[0]$1" "$DEST/.seccompd.state.json"; }
digest() { ledger .setDigest; }

# Installs what is published, once.
one_time() { seccompd --source="$SOURCE" --destination="$DEST" --one-time 2> "$LOG"; }

@test "what is no regular file with one link is refused under our name, and said" {
  mkdir -p "$DEST/directory.json" "$WORK/elsewhere"
  ln -s /etc/passwd "$DEST/symlink.json"
  ln -s nowhere "$DEST/dangling.json"
  mkfifo "$DEST/fifo.json"
  good_profile > "$WORK/linked"
  ln "$WORK/linked" "$DEST/hardlink.json"
  perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die' "$DEST/socket.json"
  kinds="directory symlink dangling fifo hardlink socket"
  # Not every container may make a device.
  if mknod "$DEST/device.json" c 1 3 2>/dev/null; then kinds+=" device"; fi
  # A directory of ours that is a link leads out of the destination.
  ln -s "$WORK/elsewhere" "$DEST/team"
  mkdir "$PAYLOAD/team"
  for kind in $kinds good team/below; do good_profile > "$PAYLOAD/$kind.json"; done
  publish
  before=$(cd "$DEST" && stat -c '%n %i %F %h' -- *.json)
  daemon_start
  eventually is_state good.json Installed
  for kind in $kinds team/below; do
    is_state "$kind.json" Conflict
    [ "$(reason_of "$kind.json")" = NotRegular ]
    grep '"msg":"Profile state changed"' "$LOG" | grep -q "\"profile\":\"$kind.json\".*NotRegular"
  done
  [ "$(code '/readyz')" = 200 ]
  daemon_stop
  rm "$DEST/good.json"
  [ "$(cd "$DEST" && stat -c '%n %i %F %h' -- *.json)" = "$before" ]
  [ -z "$(ls -A "$WORK/elsewhere")" ]
  [ "$(stat -c %h "$WORK/linked")" = 2 ]
}

@test "prune shows first, and removes what is confirmed" {
  for name in a b c; do good_profile > "$PAYLOAD/$name.json"; done
  mkdir "$PAYLOAD/team"
  good_profile > "$PAYLOAD/team/old.json"
  publish
  daemon_start --resync-period=1h
  eventually is_state team/old.json Installed
  rm -r "$PAYLOAD/team" "$PAYLOAD/b.json"
  publish
  eventually is_state team/old.json Orphaned

  run -1 ctl prune
  [[ "$output" == *'b.json: to be removed'* && "$output" == *'team/old.json: to be removed'* ]]
  [[ "$output" == *"--confirm=$(digest)"* ]]
  [ -e "$DEST/b.json" ]
  run -2 ctl prune --confirm=yes
  run -3 ctl prune --confirm=sha256:"$(printf 'f%.0s' $(seq 64))"
  [[ "$output" == *'another one by now'* ]]
  [ -e "$DEST/b.json" ]

  run -0 ctl prune -o json --confirm="$(digest)"
  [ "$(jq -r '[.profiles[] | .name + " " + .action] | join(",")' <<< "$output")" = 'b.json Removed,team/old.json Removed' ]
  [ ! -e "$DEST/b.json" ]
  [ ! -e "$DEST/team" ]
  [ -e "$DEST/a.json" ]
  no_temps
  # The daemon sees it at once.
  eventually metric_is 'seccompd_profiles{state="orphaned"}' 0
  eventually status_is .summary.installed 2
  run -0 ctl prune
  [ "$output" = 'No orphaned profile.' ]
}

@test "prune keeps what is not ours: adopted, edited, replaced" {
  good_profile > "$PAYLOAD/adopted.json"
  cp "$PAYLOAD/adopted.json" "$DEST/adopted.json"
  for name in edited replaced absent plain kept; do good_profile > "$PAYLOAD/$name.json"; done
  publish
  one_time
  for name in adopted edited replaced absent plain; do rm "$PAYLOAD/$name.json"; done
  publish
  one_time
  echo theirs > "$DEST/edited.json"
  ln -sf /etc/passwd "$DEST/replaced.json"
  rm "$DEST/absent.json"
  run -0 ctl prune -o json --confirm="$(digest)"
  [ "$(jq -r '[.profiles[] | .name + " " + .action + " " + (.reason // "-")] | join(",")' <<< "$output")" = \
    'absent.json Forget Absent,adopted.json Keep Adopted,edited.json Keep Drifted,plain.json Removed -,replaced.json Keep NotRegular' ]
  [ "$(cat "$DEST/edited.json")" = theirs ]
  [ -L "$DEST/replaced.json" ]
  [ -e "$DEST/adopted.json" ]
  [ -e "$DEST/kept.json" ]
  [ ! -e "$DEST/plain.json" ]
}

@test "AfterGrace removes, the guard withholds a mass, and prune confirms it" {
  for name in a b c; do good_profile > "$PAYLOAD/$name.json"; done
  publish
  daemon_start --removal-policy=AfterGrace --removal-grace-period=1s --resync-period=5s
  eventually is_state c.json Installed
  rm "$PAYLOAD/c.json"
  publish
  eventually is_state c.json Orphaned
  [ -e "$DEST/c.json" ]
  for _ in 1 2; do eventually test ! -e "$DEST/c.json" && break; done
  [ ! -e "$DEST/c.json" ]
  eventually metric_is 'seccompd_installs_total{operation="remove",result="success"}' 1

  rm "$PAYLOAD"/*.json # a ConfigMap emptied by mistake
  publish
  for _ in 1 2; do eventually metric_is seccompd_removals_blocked 2 && break; done
  [ "$(metric seccompd_removals_blocked)" = 2 ]
  [ "$(reason_of a.json)" = RemovalBlocked ]
  is_state a.json Orphaned
  [ -e "$DEST/a.json" ]
  run -0 ctl prune --confirm="$(digest)"
  [ ! -e "$DEST/a.json" ]
  eventually metric_is seccompd_removals_blocked 0
}

@test "a state file that cannot be read owns nothing, removes nothing, and is said until somebody adopts" {
  for name in same changed gone; do good_profile > "$PAYLOAD/$name.json"; done
  publish
  one_time
  # Cut short, as by a disk; then the source moves on.
  truncate -s 40 "$DEST/.seccompd.state.json"
  good_profile umount2 > "$PAYLOAD/changed.json"
  rm "$PAYLOAD/gone.json"
  publish
  daemon_start --removal-policy=AfterGrace --removal-grace-period=0s --max-removals-percent=100 --resync-period=1h
  eventually is_state same.json Installed
  is_state changed.json Conflict
  [ "$(reason_of changed.json)" = NotOurs ]
  [ -e "$DEST/gone.json" ]
  for _ in 1 2; do # not for one transaction alone, and not for one daemon
    [ "$(metric seccompd_state_file_corrupt)" = 1 ]
    [ "$(status .destination.stateFileCorrupt)" = true ]
    [ "$(status '.conditions[] | select(.type == "StateFileIntact") | .status + " " + .reason')" = 'False StateFileCorrupt' ]
    daemon_stop
    daemon_start --resync-period=1h
    eventually is_state same.json Installed
  done
  grep -q 'State file corrupt' "$LOG"

  run -0 ctl adopt --dry-run -o json same.json
  [ "$(jq -r .stateFileCorrupt <<< "$output")" = true ]
  run -0 ctl adopt changed.json gone.json
  eventually is_state changed.json Installed
  cmp "$PAYLOAD/changed.json" "$DEST/changed.json"
  is_state gone.json Orphaned
  [ "$(metric seccompd_state_file_corrupt)" = 0 ]
  [ "$(status '.conditions[] | select(.type == "StateFileIntact") | .status')" = True ]
  run -0 ctl prune --confirm="$(digest)"
  [ ! -e "$DEST/gone.json" ]
}

@test "adopt takes all or none, and only what can be ours" {
  mkdir -p "$DEST/team" "$DEST/dir.json"
  echo '{}' > "$DEST/team/a.json"
  echo '{}' > "$DEST/b.json"
  chmod 0600 "$DEST/b.json"
  ln -s b.json "$DEST/link.json"
  ln -s team "$DEST/out"
  while read -r bad why; do
    run -1 ctl adopt b.json "$bad"
    [[ "$output" == *"$bad: refused: $why"* ]]
    [ ! -e "$DEST/.seccompd.state.json" ]
  done <<'END'
link.json no regular file with one link
dir.json no regular file with one link
out/a.json open 'out'
nothing.json no such file
no/where.json no such directory
../b.json no name of a profile
b.txt no name of a profile
.seccompd.state.json no name of a profile
END
  run -2 ctl adopt
  run -3 ctl adopt --destination="$WORK/nowhere" b.json
  run -0 ctl adopt --dry-run -o json b.json
  [ "$(jq -r .stateFileCorrupt <<< "$output")" = false ]
  [ ! -e "$DEST/.seccompd.state.json" ]
  run -0 ctl adopt -o json b.json team/a.json
  [ "$(jq -r '.kind + " " + (.adopted | tostring) + " " + .profiles[1].name' <<< "$output")" = 'AdoptReport true team/a.json' ]
  [ "$(ledger '.files | keys | join(",")')" = b.json,team/a.json ]
  [ "$(ledger '.files["b.json"].sha256')" = "$(sha256sum < "$DEST/b.json" | cut -d' ' -f1)" ]
  [ "$(stat -c %a "$DEST/b.json")" = 644 ]
  chmod 0777 "$DEST"
  run -3 ctl adopt b.json
  [[ "$output" == *chmod* ]]
}
