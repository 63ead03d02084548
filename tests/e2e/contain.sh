#!/bin/bash
# SPDX-License-Identifier: MIT
# contain.sh RUNTIME run|start BUNDLE ID SECONDS - one container, from birth to deletion.
#
# run:   `RUNTIME run`; the exit status is the container's.
# start: `RUNTIME create` and `start`, as containerd and CRI-O do it; the exit status is
#        0 when both succeeded and the container then came to its end.
# Exit status 124: the time was over and everything was killed.
#
# Namespaces of its own serve two ends. Mount: crun 1.8 refuses a hybrid cgroup tree, so it
# is shown a cgroup2 mount. PID: whatever hangs dies with the first process of the namespace.
# No command of a runtime is ever given outside of that PID namespace: the runtime's state
# names processes by the numbers they have inside.
set -u

self=$(readlink -f "$0")

fresh_namespaces() {
  local rc try

  mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 125
  # Without bash's own word on a killed child.
  exec 3>&2 2>/dev/null
  timeout -s KILL "$seconds" unshare --pid --fork --kill-child --mount-proc \
    "$self" "$runtime" "$how" "$bundle" "$id" "$seconds" inside 2>&3 3>&-
  rc=$?
  # A killed container cannot tidy up: its cgroup is empty soon after.
  for try in 1 2 3 4 5 6 7 8 9 10; do
    [ -d "/sys/fs/cgroup/$id" ] || break
    find "/sys/fs/cgroup/$id" -depth -type d -exec rmdir {} + 2>/dev/null && break
    sleep "0.$try"
  done
  [ "$rc" -ne 137 ] || rc=124
  exit "$rc"
}

oci() {
  "$runtime" --root "$bundle/state" "$@"
}

stopped() {
  local state

  # No state any more is an end, too.
  state=$(oci state "$id" 2>/dev/null) || return 0
  [ "$(jq -r .status <<<"$state")" = stopped ]
}

inside() {
  trap 'oci delete --force "$id" >/dev/null 2>&1' EXIT
  case $how in
  run)
    oci run --bundle "$bundle" "$id"
    ;;
  start)
    oci create --bundle "$bundle" "$id" && oci start "$id" || return 1
    until stopped; do sleep 0.02; done
    ;;
  *)
    echo "contain.sh: $how: run or start?" >&2
    return 125
    ;;
  esac
}

runtime=$1 how=$2 bundle=$3 id=$4 seconds=$5
case ${6-} in
'') exec unshare --mount --propagation private "$self" "$@" namespaces ;;
namespaces) fresh_namespaces ;;
inside) inside ;;
esac
