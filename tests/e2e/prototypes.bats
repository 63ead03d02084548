#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What our table says of the arguments of calls is what the running kernel declares.

load lib.bash

@test "the table of arguments is the kernel's" {
  [ "$(uname -m)" = x86_64 ] || skip_or_fail 'the table is for x86_64'
  [ "$(id -u)" = 0 ] || skip_or_fail 'tracefs needs root'
  # shellcheck disable=SC2016
  run unshare --mount --propagation private sh -c '
    mount -t tracefs tracefs /sys/kernel/tracing || exit 77
    ls /sys/kernel/tracing/events/syscalls/sys_enter_openat >/dev/null || exit 77
    "$1/tests/prototypes" /sys/kernel/tracing/events/syscalls' sh "$B"
  [[ $output != unshare:* ]] || skip_or_fail "no mount namespace: $output"
  [ "$status" -ne 77 ] || skip_or_fail 'this kernel does not show its prototypes'
  echo "$output"
  [ "$status" -eq 0 ]
  echo "# ${lines[-1]}" >&3
}
