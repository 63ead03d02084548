#!/bin/bash
# SPDX-License-Identifier: MIT
# rerun.sh MODE [FILE...] - the daemon's integration tests once more, with less than we ask for. It
# is shown first that the mode holds: a wrapper that does nothing would prove nothing.
#
#   nocaps       uid 0, every set of capabilities empty, no_new_privs
#   own-profile  in a container of crun under profiles/base/seccompd.json
#   no-openat2   as on Linux 5.5
#   valgrind     memcheck; without the sandbox, as valgrind makes calls of its own and makes code
set -eu

mode=$1
shift
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export B=${B:-$tests/../build}
logs=
filter=.
[ "$#" -gt 0 ] || set -- "$tests/integration/daemon.bats" "$tests/integration/drift.bats"

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
    trap 'rm -r "$logs"' EXIT
    wrapper="valgrind --quiet --leak-check=full --show-leak-kinds=definite --log-file=$logs/%p"
    export SECCOMPD_LANDLOCK=false SECCOMPD_SECCOMP_FILTER=false
    # Ten times slower: what allocates most.
    filter='good profiles|bad update|several ConfigMaps|not ours|leaves the source|SIGHUP'
    ;;
  *)
    echo "rerun.sh: $mode?" >&2
    exit 2
    ;;
esac

echo "# $mode: $wrapper"
# What is slow, or waits for a timer, says nothing new here.
SECCOMPD_WRAPPER=$wrapper bats --filter-tags '!slow,!waits' --filter "$filter" "$@"

[ -n "$logs" ] || exit 0
# Lines that begin with "--" tell of calls that valgrind does not know.
found=$(grep -l '^==' "$logs"/* || true)
echo "# $(find "$logs" -type f | wc -l) processes under valgrind, $(wc -w <<< "$found") of them with errors"
[ "$(find "$logs" -type f | wc -l)" -gt 20 ]
# shellcheck disable=SC2086
[ -z "$found" ] || { cat $found && exit 1; }
