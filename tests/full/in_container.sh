#!/bin/bash
# SPDX-License-Identifier: MIT
# in_container.sh PROGRAM ARGUMENT... - the same in a container of crun under the daemon's own
# profile, as the DaemonSet has it: uid 0, no capability, no_new_privs, a read-only root. It sees
# this machine's libraries, the build directory B, and the directory WORK, at their paths. Network and
# process numbers are the machine's, so that a test can talk to it; crun passes signals on.
set -eu

profile=$(dirname "${BASH_SOURCE[0]}")/../../profiles/base/seccompd.json
bundle=$WORK/container.$$
mkdir -p "$bundle/rootfs"

# Not --args: jq would take the options of the program for its own.
printf '%s\0' "$@" | jq -Rs --slurpfile seccomp "$profile" --arg rootfs "$bundle/rootfs" --arg build "$B" --arg work "$WORK" '
  (rtrimstr("\u0000") | split("\u0000")) as $args |
  def bind($path; $options): {destination: $path, type: "bind", source: $path, options: (["rbind"] + $options)};
  {
    ociVersion: "1.0.2",
    process: {
      terminal: false, user: {uid: 0, gid: 0}, cwd: "/", args: $args,
      env: ["PATH=/usr/bin", "NODE_NAME=\($ENV.NODE_NAME // "node")", ($ENV | to_entries[] | select(.key | startswith("SECCOMPD_"))
            | select(.key != "SECCOMPD_WRAPPER") | "\(.key)=\(.value)")],
      noNewPrivileges: true,
      capabilities: {bounding: [], permitted: [], effective: [], inheritable: [], ambient: []}
    },
    root: {path: $rootfs, readonly: true},
    mounts: ([{destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"]},
              {destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=64k"]}]
      + (["/usr", "/lib", "/lib64", "/bin"] | map(bind(.; ["ro"])))
      + [bind($build; ["ro"]), bind($work; ["rw"])]),
    linux: {
      namespaces: [{type: "mount"}, {type: "ipc"}, {type: "uts"}],
      seccomp: $seccomp[0]
    }
  }' > "$bundle/config.json"

# crun 1.8 refuses a hybrid cgroup tree: it is shown another.
# shellcheck disable=SC2016
exec unshare --mount --propagation private sh -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"' sh \
  crun --root "$bundle/state" --cgroup-manager=disabled run --bundle "$bundle" "seccompd-test-$$"
