# SPDX-License-Identifier: MIT
# For bats: a volume as kubelet makes it, a daemon on it, and questions to ask of both.
# shellcheck shell=bash

# shellcheck source=tests/common.bash
. "$(dirname "${BASH_SOURCE[0]}")/../common.bash"

# A profile that every runtime starts with; $1 makes its text unlike others.
good_profile() {
  cat <<JSON
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [{ "names": ["${1:-mount}"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1 }]
}
JSON
}

# One that libseccomp takes 11 s for: 120 rules of six inequalities (docs/verdicts.md).
slow_profile() {
  jq -nc '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [range(120) as $i | {names: ["read"], action: "SCMP_ACT_ALLOW",
    args: [range(6) as $k | {index: $k, value: ($i * 7 + $k), op: (["SCMP_CMP_LE", "SCMP_CMP_GE"][$k % 2])}]}]}'
}

# Runs a container unconfined under runc: what the project exists to stop.
fail_open_profile() { echo '{"defaultActions": "SCMP_ACT_ERRNO"}'; }

volume_setup() {
  WORK=$(mktemp -d "${BATS_TEST_TMPDIR:-/tmp}/scd.XXXXXX")
  SOURCE=$WORK/profiles
  DEST=$WORK/host/seccomp/profiles
  PAYLOAD=$WORK/payload
  LOG=$WORK/log
  DAEMON=
  mkdir -p "$SOURCE" "$DEST" "$PAYLOAD"
  export WORK SOURCE DEST PAYLOAD LOG
}

volume_teardown() {
  daemon_stop || true
  rm -rf "$WORK"
}

# Publishes the payload as a new generation; further arguments go to the simulator.
publish() { "$B/tests/atomic_writer" "$@" "$SOURCE" "$PAYLOAD"; }

# In a re-run (tests/full/rerun.sh) the programs are started by SECCOMPD_WRAPPER, and SCD_RERUN
# is the mode. What cannot hold there by its nature says so: not_under 'MODE...' REASON
not_under() { [[ " $1 " != *" ${SCD_RERUN:-none} "* ]] || skip "not under $SCD_RERUN: $2"; }

# The programs, started as the mode says; for 60 s at most.
# shellcheck disable=SC2086
seccompd() { timeout 60 ${SECCOMPD_WRAPPER:-} "$B/seccompd" "$@"; }
# shellcheck disable=SC2086
seccompctl() { timeout 60 ${SECCOMPD_WRAPPER:-} "$B/seccompctl" "$@"; }

# Another program, started so too.
# shellcheck disable=SC2086
under_mode() { ${SECCOMPD_WRAPPER:-} "$@"; }

# Starts the daemon; further arguments are its own. Sets DAEMON, what to wait for and to signal;
# PROC, the process of the daemon itself; and PORT.
daemon_start() { daemon_under -- "$@"; }

# The same by another program, which is to exec what it is given: daemon_under PROGRAM... -- OPTION...
daemon_under() {
  local by=()
  while [ "$1" != -- ]; do
    by+=("$1")
    shift
  done
  shift
  # The program is in what the mode gives; but valgrind is to look at the daemon, not at it.
  # shellcheck disable=SC2206
  if [ "${SCD_RERUN:-}" = valgrind ]; then by+=($SECCOMPD_WRAPPER); else by=(${SECCOMPD_WRAPPER:-} "${by[@]}"); fi
  : > "$LOG"
  "${by[@]}" "$B/seccompd" --source="$SOURCE" --destination="$DEST" --listen=127.0.0.1:0 --v=4 "$@" 2> "$LOG" 3>&- &
  DAEMON=$!
  PORT=
  within 60 has_started || true
  [ -z "$PORT" ] || { find_daemon && return 0; }
  cat "$LOG" >&2
  return 1
}

# Whether there is nothing more to wait for: it listens, or it has ended.
has_started() {
  PORT=$(sed -n 's/.*"msg":"Started".*"port":\([0-9]*\).*/\1/p' "$LOG")
  [ -n "$PORT" ] || ! kill -0 "$DAEMON"
}

# As on nodes where others have taken every inotify instance that uid 0 may have.
daemon_without_inotify() {
  # No mode of a re-run lets anybody make a user namespace. There the call says so itself.
  if [ -n "${SCD_RERUN:-}" ]; then
    daemon_under "$B/tests/deny" inotify_init=EMFILE inotify_init1=EMFILE -- "$@"
    return
  fi
  unshare --user --map-root-user true || skip_or_fail 'user namespaces are not to be had' || return
  # shellcheck disable=SC2016
  daemon_under unshare --user --map-root-user sh -c \
    'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"' sh -- "$@"
}

# Some of what it is started by stays: crun has it as its child.
find_daemon() {
  for PROC in $DAEMON $(pgrep -P "$DAEMON"); do
    [ "$(readlink "/proc/$PROC/exe")" != "$(realpath "$B/seccompd")" ] || return 0
  done
  PROC=$DAEMON
}

# Ends the daemon by SIGTERM; its exit code is returned.
daemon_stop() {
  [ -n "$DAEMON" ] || return 0
  local pid=$DAEMON
  DAEMON=
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid"
}

get() { curl -sS --max-time 20 "http://127.0.0.1:$PORT$1"; }
code() { curl -sS --max-time 20 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT$1"; }
status() { get /status | jq -r "$1"; }
state_of() { status ".profiles[] | select(.name == \"$1\") | .state"; }
metric() { get /metrics | awk -v name="$1" '$1 == name { print $2 }'; }

is_state() { [ "$(state_of "$1")" = "$2" ]; }
status_is() { [ "$(status "$1")" = "$2" ]; }
code_is() { [ "$(code "$1")" = "$2" ]; }
metric_is() { [ "$(metric "$1")" = "$2" ]; }

# Leaves no temporary file of ours.
no_temps() { [ -z "$(find "$DEST" -name '.seccompd.tmp.*')" ]; }
