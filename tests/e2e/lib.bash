# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Containers for the tests: a static busybox under a profile, with crun or runc, as
# containerd would start it. Source it and call e2e_setup in setup().
#
#   e2e_run   RUNTIME PROFILE NNP COMMAND...   one `RUNTIME run`; status is the command's
#   e2e_start RUNTIME PROFILE NNP COMMAND...   create and start; status 0: it came to its end
#   e2e_raw   RUNTIME PROFILE NNP COMMAND...   e2e_run without containerd's decoding
#
#   e2e_refused RUNTIME FILE                   can no container start with FILE?
#   e2e_each COMMAND...                        COMMAND RUNTIME NNP for each target
#
# NNP is true or false: process.noNewPrivileges. E2E_UID (0) is the user. Nothing is left
# behind, and nothing takes longer than E2E_TIMEOUT (20) seconds: status 124 then.

# shellcheck source=tests/common.bash
. "$(dirname "${BASH_SOURCE[0]}")/../common.bash"

E2E_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
E2E_RUNTIMES=(crun runc)

e2e_setup() {
  local program

  for program in "${E2E_RUNTIMES[@]}" jq busybox unshare timeout; do
    command -v "$program" >/dev/null || skip_or_fail "$program is not installed" || return 1
  done
  [ "$(id -u)" = 0 ] || skip_or_fail 'containers need root' || return 1
  # shellcheck disable=SC2016
  unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
    mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null ||
    skip_or_fail 'no mount namespace with a cgroup2 mount' || return 1

  E2E_WORK=$BATS_TEST_TMPDIR/e2e
  E2E_SERIAL=0
  e2e_rootfs "$E2E_WORK/rootfs"
}

# A root file system of busybox and a file to read.
e2e_rootfs() {
  mkdir -p "$1"/{bin,dev,etc,proc,sys,tmp}
  install -m 0755 "$(command -v busybox)" "$1/bin/busybox"
  "$1/bin/busybox" --install "$1/bin"
  echo 'a file' >"$1/etc/motd"
  # uid 1000 has to get in, and runc gives a tmpfs the mode of the directory below it.
  chmod 0755 "$1"
  chmod 1777 "$1/tmp"
}

# What containerd writes into config.json for a file: encoding/json into the OCI structure
# and back. Unknown keys are gone, empty lists as well, and what is missing but not
# optional is there. (Go also folds the case of keys and merges duplicates; no test needs it.)
e2e_decode() {
  jq -es '
    def optional: with_entries(select(.value | . != null and . != "" and . != [] and . != 0));
    if length != 1 then error("one JSON text expected, not \(length)") else .[0] end
    | if type == "null" then {} elif type == "object" then .
      else error("cannot unmarshal \(type) into Go value of type specs.LinuxSeccomp") end
    | if any(.. | numbers; . >= 9007199254740992)
      then error("jq would round an integer: use e2e_raw") else . end
    | {defaultAction: (.defaultAction // "")}
      + (if .defaultErrnoRet == null then {} else {defaultErrnoRet} end)
      + ({architectures, flags, listenerPath, listenerMetadata} | optional)
      + ({syscalls: [.syscalls // [] | .[]
          | {names, action: (.action // "")}
            + (if .errnoRet == null then {} else {errnoRet} end)
            + ({args: [.args // [] | .[]
                | {index: (.index // 0), value: (.value // 0), op: (.op // "")}
                  + ({valueTwo} | optional)]} | optional)]} | optional)' "$1"
}

# e2e_bundle DIR NNP COMMAND...: a config.json whose linux.seccomp is the text on stdin,
# byte for byte.
e2e_bundle() {
  local dir=$1 nnp=$2 args config

  shift 2
  mkdir -p "$dir"
  # Not --args: jq would take a `-c` of the command for its own.
  args=$(printf '%s\0' "$@" | jq -Rs 'rtrimstr("\u0000") | split("\u0000")') || return 1
  config=$(jq -n --arg rootfs "$E2E_WORK/rootfs" --argjson nnp "$nnp" \
    --argjson uid "${E2E_UID:-0}" --argjson args "$args" '
    # The capabilities that containerd gives to a container by default.
    ["CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID",
     "SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE"]
    | map("CAP_" + .) as $caps
    | (if $uid == 0 then $caps else [] end) as $held
    | {
        ociVersion: "1.0.2",
        process: {
          terminal: false, user: {uid: $uid, gid: $uid}, cwd: "/",
          args: $args, env: ["PATH=/bin"], noNewPrivileges: $nnp,
          capabilities: {bounding: $caps, permitted: $held, effective: $held}
        },
        root: {path: $rootfs, readonly: true},
        hostname: "e2e",
        mounts: [
          {destination: "/proc", type: "proc", source: "proc",
           options: ["nosuid", "noexec", "nodev"]},
          {destination: "/dev", type: "tmpfs", source: "tmpfs",
           options: ["nosuid", "strictatime", "mode=755", "size=65536k"]},
          {destination: "/dev/pts", type: "devpts", source: "devpts",
           options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
          {destination: "/dev/shm", type: "tmpfs", source: "shm",
           options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
          {destination: "/sys", type: "sysfs", source: "sysfs",
           options: ["nosuid", "noexec", "nodev", "ro"]},
          {destination: "/tmp", type: "tmpfs", source: "tmpfs",
           options: ["nosuid", "nodev", "mode=1777", "size=65536k"]}
        ],
        linux: {
          namespaces: [{type: "pid"}, {type: "ipc"}, {type: "uts"}, {type: "mount"},
                       {type: "network"}],
          maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
          readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                          "/proc/sysrq-trigger"],
          seccomp: "@SECCOMP@"
        }
      }') || return 1
  {
    printf '%s' "${config%%\"@SECCOMP@\"*}"
    cat
    printf '%s' "${config#*\"@SECCOMP@\"}"
  } >"$dir/config.json"
}

e2e_contain() {
  local runtime=$1 how=$2 profile=$3 decode=$4 nnp=$5 dir rc

  shift 5
  E2E_SERIAL=$((E2E_SERIAL + 1))
  dir=$E2E_WORK/$E2E_SERIAL-$BASHPID
  mkdir -p "$dir"
  "$decode" "$profile" >"$dir/seccomp.json" || return 1
  e2e_bundle "$dir" "$nnp" "$@" <"$dir/seccomp.json" || return 1
  "$E2E_DIR/contain.sh" "$runtime" "$how" "$dir" "scd-e2e-$$-$RANDOM$RANDOM" \
    "${E2E_TIMEOUT:-20}" </dev/null
  rc=$?
  rm -rf "$dir"
  return "$rc"
}

e2e_run() {
  local runtime=$1 profile=$2 nnp=$3

  shift 3
  e2e_contain "$runtime" run "$profile" e2e_decode "$nnp" "$@"
}

e2e_start() {
  local runtime=$1 profile=$2 nnp=$3

  shift 3
  e2e_contain "$runtime" start "$profile" e2e_decode "$nnp" "$@"
}

e2e_raw() {
  local runtime=$1 profile=$2 nnp=$3

  shift 3
  e2e_contain "$runtime" run "$profile" cat "$nnp" "$@"
}

# Does no container start, with RUNTIME, when a pod names FILE as its profile? containerd
# decodes first, and what it cannot decode no OCI runtime sees. That matters: given a JSON
# array, crun alone would start the container without a filter. The decoder modelled in
# e2e_decode is held to the real one, which is runc's too: encoding/json into the same type.
e2e_refused() {
  local runtime=$1 file=$2 nnp

  if ! e2e_decode "$file" >/dev/null 2>&1; then
    ! e2e_raw runc "$file" true true
    return
  fi
  for nnp in true false; do
    if e2e_run "$runtime" "$file" "$nnp" true; then
      echo "$runtime started a container with $file" >&2
      return 1
    fi
  done
}

# Every target that a profile has to please: stops at the first that fails, and names it.
e2e_each() {
  local runtime nnp

  for runtime in "${E2E_RUNTIMES[@]}"; do
    for nnp in true false; do
      "$@" "$runtime" "$nnp" || {
        echo "failed: $* with $runtime, noNewPrivileges $nnp, uid ${E2E_UID:-0}" >&2
        return 1
      }
    done
  done
}
