#!/bin/bash
# SPDX-License-Identifier: MIT
# rerun.sh [--whole] MODE [FILE...] - the daemon's integration tests once more, with less than we
# ask for. It is shown first that the mode holds: a wrapper that does nothing would prove nothing.
#
#   nocaps       uid 0, every set of capabilities empty, no_new_privs
#   own-profile  in a container of crun under profiles/base/seccompd.json
#   no-openat2   as on Linux 5.5
#   valgrind     memcheck; without the sandbox, as valgrind makes calls of its own and makes code
#
# The daemon, `seccompctl prune` and `adopt` are started by the mode's wrapper (lib.bash). What a mode
# cannot have by its nature is skipped with the reason, which is written at the test: not_under.
# Without --whole: a part, for CI.
set -eu -o pipefail

whole=
[ "$1" != --whole ] || { whole=yes && shift; }
mode=$1
shift
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export B=${B:-$tests/../build} SCD_RERUN=$mode
logs=
part='.'
out=$(mktemp)
trap 'rm -rf "$logs" "$out"' EXIT

case $mode in
  nocaps)
    wrapper='setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all'
    $wrapper grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb):.0000000000000000$' /proc/self/status | wc -l | grep -qx 5
    ;;
  own-profile)
    wrapper=$tests/full/in_container.sh
    WORK=$(mktemp -d)
    WORK=$WORK "$wrapper" /usr/bin/grep -c -E '^(Seccomp|NoNewPrivs|CapBnd):.(2|1|0000000000000000)$' /proc/self/status | grep -qx 3
    rm -r "$WORK"
    ;;
  no-openat2)
    wrapper="$B/tests/deny openat2=ENOSYS"
    $wrapper perl -e 'exit !(syscall(437, -100, 0, 0, 0) == -1 && $! == 38)'
    ;;
  valgrind)
    logs=$(mktemp -d)
    wrapper="valgrind --quiet --leak-check=full --show-leak-kinds=definite --log-file=$logs/%p"
    export SECCOMPD_LANDLOCK=false SECCOMPD_SECCOMP_FILTER=false
    # What allocates most.
    part='good profiles|bad update|several ConfigMaps|not ours|leaves the source|SIGHUP|prune shows'
    ;;
  *)
    echo "rerun.sh: $mode?" >&2
    exit 2
    ;;
esac

if [ "$#" -gt 0 ]; then
  files=("$@")
elif [ -n "$whole" ]; then
  # Every file that starts the daemon.
  mapfile -t files < <(grep -lE '\b(daemon_start|daemon_under|start_whole|one_time|daemon_once)\b' "$tests"/integration/*.bats)
else
  files=("$tests"/integration/{daemon,drift,ownership}.bats)
fi
# What is slow or waits for a timer is left to the whole.
[ -n "$whole" ] && choice=() || choice=(--filter-tags '!slow,!waits' --filter "$part")

echo "# $mode: $wrapper"
result=0
SECCOMPD_WRAPPER=$wrapper bats "${choice[@]}" "${files[@]}" 2>&1 | tee "$out" || result=$?
count() { grep -cE "$1" "$out" || true; }
echo "# $mode: $(count '^ok .*# skip') of $(count '^(not )?ok ') tests skipped, $(count '^not ok ') failed"
[ "$(count '^ok ')" -gt "$(count '^ok .*# skip')" ] || result=1

if [ -n "$logs" ]; then
  # Lines that begin with "--" tell of calls that valgrind does not know.
  found=$(grep -l '^==' "$logs"/* || true)
  processes=$(find "$logs" -type f | wc -l)
  echo "# $processes processes under valgrind, $(wc -w <<< "$found") of them with errors"
  # shellcheck disable=SC2086
  [ -z "$found" ] || { cat $found && result=1; }
  [ "$processes" -gt 20 ] || result=1
fi
exit "$result"
