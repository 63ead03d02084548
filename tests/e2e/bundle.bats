#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl record --bundle` and `run --bundle`: containers of crun and runc, started from a
# bundle under a copy of its configuration.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # sh in the container expands; each test has its own; run assigns stderr

bats_require_minimum_version 1.5.0
load lib.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  e2e_setup
  cd "$BATS_TEST_TMPDIR" || return
  # Not below /tmp of bats: uid 65534 has to get in. What is left behind would be in TMPDIR.
  at=$(mktemp -d /var/tmp/scd-bundle.XXXXXX)
  export TMPDIR=$at/tmp
  mkdir "$TMPDIR"
  chmod 755 "$at"
}

# Nothing of a container is left, whatever became of it.
teardown() {
  local left
  [ -n "${at-}" ] || return 0
  left=$(find "$TMPDIR" -mindepth 1)
  rm -rf "$at"
  [ -z "$left" ] || { echo "left: $left" && return 1; }
}

# bundle NNP COMMAND...: into ./b.
bundle() {
  rm -rf b
  echo null | e2e_bundle b "$@"
}

# Changes ./b/config.json.
config() {
  jq "$@" b/config.json > new && mv new b/config.json
}

# The same with a cgroup2 mount: crun 1.8 refuses a hybrid tree.
ctl() {
  unshare --mount --propagation private sh -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"' \
    sh timeout --foreground -k 1 "$E2E_TIMEOUT" "$ctl" "$@" 3>&-
}

# The container of ./b under a profile, by the plain runtime.
plain() {
  jq --slurpfile p "$3" --argjson nnp "$2" '.linux.seccomp = $p[0] | .process.noNewPrivileges = $nnp' b/config.json > new
  mkdir -p plain && mv new plain/config.json
  "$E2E_DIR/contain.sh" "$1" run plain "scd-bundle-$$-$RANDOM" "$E2E_TIMEOUT" < /dev/null
}

E2E_TIMEOUT=30
work='mkdir /tmp/new; ls / > /tmp/list && cat /etc/motd; exit 7'

records() {
  local runtime=$1 nnp=$2 other
  bundle "$nnp" sh -c "$work"
  cp b/config.json before.json
  run -7 --separate-stderr ctl record --bundle b --oci-runtime "$runtime" -o p.json --report r.json
  [ "$output" = 'a file' ]
  [[ $stderr == *"  $runtime itself made "*' kinds of calls to start the container'* ]]
  # All of them are on our lists: a call that is not would be told.
  [[ $stderr != *'not known to need'* ]]
  cmp b/config.json before.json
  "$ctl" validate -q --strict p.json
  # The runtime's calls with either value of no_new_privs, apart from those of the program.
  jq_true --arg runtime "$runtime" '.ociRuntime == $runtime
    and any(.calls[]; .syscall == "capset" and .startCount >= 1 and .count == 0 and .neededBy == ["ociRuntime"])
    and any(.calls[]; .syscall == "execve" and .startCount >= 2)
    and any(.calls[]; .syscall == "mkdir" and .count == 1 and .neededBy == ["command"] and .startCount == null)' r.json
  # What was recorded under one starts under all.
  for other in "${E2E_RUNTIMES[@]}"; do
    for nnp in true false; do
      run -7 plain "$other" "$nnp" p.json
      [[ $output == *'a file' ]]
    done
  done
  run -7 --separate-stderr ctl run --bundle b --oci-runtime "$runtime" p.json
  [ "$stderr" = 'seccompctl: p.json denied nothing' ]
}

@test "what is recorded of a bundle starts it with both runtimes and both values of no_new_privs" {
  e2e_each records
}

@test "what is recorded of a user who is not root starts, too" {
  for runtime in "${E2E_RUNTIMES[@]}"; do
    E2E_UID=1000 records "$runtime" false
    # And what is recorded of a command, without any container.
    "$ctl" record -o p.json -- busybox true
    E2E_UID=1000 bundle true true
    for nnp in true false; do
      run -0 plain "$runtime" "$nnp" p.json
    done
  done
}

# One call less: it fails as the profile says, and run names it.
names_it() {
  local runtime=$1 nnp=$2
  bundle "$nnp" sh -c "$work"
  run -7 --separate-stderr ctl run --bundle b --oci-runtime "$runtime" -o json --report r.json less.json
  [[ $stderr == *'Function not implemented'* ]]
  jq_true '.started and .enforced and .exitStatus == 7 and .bundle == "b" and (.denied | length == 1)
    and (.denied[0] | .syscall == "mkdir" and .errno == 38 and .count == 1 and .process == "mkdir"
      and .examples == ["mkdir(\"/tmp/new\", 0777)"])' r.json
  # Everything happens, and is only listed.
  run -7 --separate-stderr ctl run --log --bundle b --oci-runtime "$runtime" less.json
  [[ $stderr == *'would have denied 1 call'* && $stderr != *'not implemented'* ]]
  # Death is the kernel's own.
  run -7 --separate-stderr ctl run --bundle b --oci-runtime "$runtime" -o json --report r.json kill.json
  jq_true '.denied | map([.syscall, .action]) == [["mkdir", "SCMP_ACT_KILL_PROCESS"]]' r.json
}

recorded() {
  bundle true sh -c "$work"
  run -7 ctl record --bundle b -o p.json
  jq '.syscalls[].names -= ["mkdir", "mkdirat"]' p.json > less.json
  jq '.defaultAction = "SCMP_ACT_KILL_PROCESS" | del(.defaultErrnoRet)' less.json > kill.json
}

@test "one call less, and run names it, with both runtimes and both values of no_new_privs" {
  recorded
  e2e_each names_it
}

@test "what the runtime itself is denied is named, and the container did not start" {
  recorded
  for runtime in "${E2E_RUNTIMES[@]}"; do
    bundle false true
    jq '.syscalls[].names -= ["capset"]' p.json > less.json
    run -126 --separate-stderr ctl run --bundle b --oci-runtime "$runtime" less.json
    [[ $stderr == *"seccompctl: $runtime did not start the container of b"*'denied 1 call'*'capset('* ]]
    jq '.syscalls[].names -= ["execve"]' p.json > less.json
    run -126 ctl run --bundle b --oci-runtime "$runtime" less.json
    [[ $output == *'execve("/bin/true", '* ]]
    # Nothing was denied: the bundle itself is at fault.
    bundle false no-such-program
    run -125 ctl run --bundle b --oci-runtime "$runtime" p.json
    [[ $output == *"$runtime did not start the container"*'denied nothing'* ]]
    run -125 ctl record --bundle b --oci-runtime "$runtime"
    [[ $output == *"$runtime started no container, see above"* ]]
  done
}

@test "--fail-on-denied, and a filter of the program's own" {
  recorded
  bundle true sh -c 'mkdir /tmp/new || true'
  run -124 ctl run --fail-on-denied --bundle b less.json
  run -0 ctl run --fail-on-denied --bundle b p.json
  # The profile is loaded once, by the runtime: what the program loads is its own affair.
  mkdir -p "$E2E_WORK/rootfs/usr" "$E2E_WORK/rootfs/lib64" "$E2E_WORK/rootfs/lib" "$E2E_WORK/build"
  bundle true "$(dirname "$ctl")/tests/calls" own-filter int80 threads
  config --arg build "$(dirname "$ctl")" '.mounts += (["/usr", "/lib", "/lib64", $build]
    | map({destination: ., type: "bind", source: ., options: ["rbind", "ro"]}))'
  for runtime in "${E2E_RUNTIMES[@]}"; do
    run -0 --separate-stderr ctl record --bundle b --oci-runtime "$runtime" -o own.json
    before=$output
    run -0 --separate-stderr ctl run --fail-on-denied --bundle b --oci-runtime "$runtime" own.json
    [ "$output" = "$before" ]
  done
}

@test "signals go to the container, the third one kills it, and nothing is left" {
  for runtime in "${E2E_RUNTIMES[@]}"; do
    bundle true sh -c 'trap "exit 9" TERM; echo up; while :; do sleep 0.1; done'
    ends_by_signals 9 1
    bundle true sh -c 'echo up; sleep 60; sleep 60' # process 1 ignores what it does not handle
    ends_by_signals 137 3
    run "$runtime" --root "$TMPDIR" list -q
    [ "$output" = '' ]
  done
}

# ends_by_signals STATUS COUNT: of a container that prints "up".
ends_by_signals() {
  local ctl_pid
  rm -f out
  ctl record --bundle b --oci-runtime "$runtime" -o sig.json > out 2> err &
  waiter=$!
  for _ in $(seq 200); do
    grep -q up out 2> /dev/null && break
    sleep 0.1
  done
  ctl_pid=$(pgrep -P "$waiter" -x seccompctl) || ctl_pid=$(pgrep -P "$(pgrep -P "$waiter" -x timeout)" -x seccompctl)
  for _ in $(seq "$2"); do
    kill -TERM "$ctl_pid"
    sleep 0.3
  done
  status=0
  wait "$waiter" || status=$?
  [ "$status" = "$1" ] || { cat out err && echo "status $status" && return 1; }
  "$ctl" validate -q --strict sig.json
}

@test "a terminal is passed on, or missed" {
  command -v script > /dev/null || skip_or_fail 'script(1) is not installed'
  bundle true sh -c 'tty; read line; echo "got $line"; exit 6'
  config '.process.terminal = true'
  run -2 ctl record --bundle b < /dev/null
  [[ $output == *'process.terminal is true, and standard input is no terminal: '* ]]
  # script(1) may go by a shell that hands no functions on.
  { declare -f ctl && echo "ctl='$ctl' E2E_TIMEOUT=$E2E_TIMEOUT" && echo 'ctl "$@"'; } > ctl.sh
  for runtime in "${E2E_RUNTIMES[@]}"; do
    run -6 script -qec "bash ctl.sh record --bundle b --oci-runtime $runtime -o p.json" /dev/null < <(sleep 1; echo hello; sleep 5)
    [[ $output == *'/dev/pts/0'*'got hello'* ]]
  done
}

@test "paths of a bundle are its own, wherever seccompctl is called" {
  bundle true cat /data/file
  mkdir -p b/data && echo 'from the bundle' > b/data/file
  cp -r "$E2E_WORK/rootfs" b/rootfs
  mkdir b/rootfs/data
  ln -s b link
  config '.root.path = "rootfs" | .mounts += [{destination: "/data", type: "bind", source: "data", options: ["rbind", "ro"]}]'
  for runtime in "${E2E_RUNTIMES[@]}"; do
    run -0 --separate-stderr ctl record --bundle link --oci-runtime "$runtime" -o p.json
    [ "$output" = 'from the bundle' ]
  done
}

@test "an ordinary user starts a bundle as well, and is told what is denied" {
  work='mkdir /tmp/new; id -u; exit 4'
  for runtime in "${E2E_RUNTIMES[@]}"; do
    cd "$at" && rm -rf user && mkdir user && cp -r "$E2E_WORK/rootfs" user/rootfs
    (cd user && runc spec --rootless)
    jq --arg work "$work" '.process.terminal = false | .process.args = ["sh", "-c", $work] | .root.path = "rootfs"
      | .process.env = ["PATH=/bin"] | .process.noNewPrivileges = false
      | .linux.uidMappings[0].hostID = 65534 | .linux.gidMappings[0].hostID = 65534
      | .mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs"}]' user/config.json > user/new
    mv user/new user/config.json
    cp "$ctl" user/seccompctl
    chown -R 65534:65534 user "$TMPDIR"
    as() {
      (cd user && unshare --mount --propagation private sh -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"' sh \
        setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$PWD" XDG_RUNTIME_DIR="$PWD" timeout 30 ./seccompctl "$@" 3>&-)
    }
    run -0 as version
    as record --bundle . --oci-runtime "$runtime" -o p.json > out 2> err || [ $? = 4 ] || { cat err && false; }
    [ "$(cat out)" = 0 ]
    jq '.syscalls[].names -= ["mkdir", "mkdirat"]' user/p.json > user/less.json
    run -4 as run --bundle . --oci-runtime "$runtime" less.json
    [[ $output == *'Function not implemented'*'ERRNO 38 (ENOSYS)   mkdir("/tmp/new", 0777)'* ]]
    jq '.defaultAction = "SCMP_ACT_KILL_PROCESS" | del(.defaultErrnoRet)' user/less.json > user/kill.json
    run -4 as run --bundle . --oci-runtime "$runtime" kill.json
    [[ $output == *'Bad system call'*'KILL_PROCESS        mkdir("/tmp/new", 0777)'* ]]
  done
}

# A container that works every now and then, in the background: $init is its first process. Its streams are
# files: crun gives them to root of the user namespace, and the machine needs its /dev/null.
start_container() {
  local runtime=$1
  bundle true sh -c 'while :; do mkdir /tmp/new; rmdir /tmp/new; usleep 20000; done'
  [ -z "${2-}" ] || config "$2"
  : > run.in
  unshare --mount --propagation private sh -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"' \
    sh "$runtime" --root "$at/state" run --bundle b "scd-pid-$$" < run.in > run.out 2> run.err 3>&- &
  waiter=$!
  init=
  for _ in $(seq 100); do
    init=$(jq -r '.init_process_pid // .pid // empty' "$at/state/scd-pid-$$/"{state.json,status} 2> /dev/null | head -1)
    [ -z "$init" ] || [ "$(cat "/proc/$init/comm" 2> /dev/null)" != sh ] || return 0
    sleep 0.1
  done
  cat run.err
  return 1
}

stop_container() {
  kill -KILL "$init"
  wait "$waiter" || true
}

# For root of a user namespace of its own, who has to read the file system.
own_user='.linux.namespaces += [{type: "user"}]
  | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings
  | .process.capabilities.bounding = [] | .process.capabilities.permitted = [] | .process.capabilities.effective = []
  | .root.path = "'"\$at"'/rootfs"'

@test "a process of a running container is followed from outside, with namespaces of its own" {
  cp -r "$E2E_WORK/rootfs" "$at/rootfs"
  echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}' > deny.json
  for runtime in "${E2E_RUNTIMES[@]}"; do
    for change in '' "${own_user/\$at/$at}"; do
      start_container "$runtime" "$change"
      [ "$(readlink "/proc/$init/ns/pid")" != "$(readlink /proc/self/ns/pid)" ]
      [ -z "$change" ] || [ "$(readlink "/proc/$init/ns/user")" != "$(readlink /proc/self/ns/user)" ]
      if [ -z "$change" ] || [ "$runtime" = runc ]; then
        run -124 timeout -s INT 2 "$ctl" record -o p.json --pid "$init" 3>&-
        jq_true '[.syscalls[].names[]] | index("mkdir") and index("rmdir") and index("execve")' p.json
        "$ctl" validate -q --strict p.json
      fi
      if [ -n "$change" ] && [ "$runtime" = crun ]; then
        run -124 timeout -s INT 2 "$ctl" run --log --pid "$init" -o json --report r.json deny.json 3>&-
        jq_true '.denied | length == 1 and .[0].syscall == "mkdir" and .[0].examples == ["mkdir(\"/tmp/new\", 0777)"]' r.json
      fi
      kill -0 "$init"
      stop_container
    done
  done
  rm -rf "$at/state"
}

@test "what is no bundle says why" {
  run -127 "$ctl" record --bundle absent
  [[ $output == *'no such directory' ]]
  mkdir -p b
  run -125 "$ctl" record --bundle b
  [[ $output == *"config.json': No such file"* ]]
  echo '{"root": {"path": "rootfs"}}' > b/config.json
  run -2 "$ctl" record --bundle b
  [[ $output == *'b/config.json: it has no process to start' ]]
  run -2 "$ctl" record --bundle b -- true
  run -2 "$ctl" record --bundle b --pid 1
  run -2 "$ctl" record --bundle b --base b/config.json
  run -2 "$ctl" run --bundle b
  bundle true true
  PATH=/nowhere run -127 "$ctl" record --bundle b
  [[ $output == *'runc: command not found' ]]
}
