#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The profiles of profiles/ under real OCI runtimes: what the validator says of them is
# worth nothing if no container starts.

load lib.bash

setup() {
  PROFILES=("$BATS_TEST_DIRNAME"/../../profiles/*/*.json)
  [ -f "${PROFILES[0]}" ]
  e2e_setup
}

# Writes a profile: the minimal one, changed by a jq program.
changed() {
  jq "$1" "$BATS_TEST_DIRNAME/../../profiles/base/minimal.json" >"$E2E_WORK/changed.json"
}

starts_true() {
  local profile=$1 runtime=$2 nnp=$3

  e2e_run "$runtime" "$profile" "$nnp" true
}

# A script's output, to the end, and nothing else: crun warns of names that it does not know.
runs_a_script() {
  local profile=$1 runtime=$2 nnp=$3 out

  # shellcheck disable=SC2016
  out=$(e2e_start "$runtime" "$profile" "$nnp" sh -c '
    ls / >/tmp/list && grep -qx etc /tmp/list && cat /etc/motd &&
    n=$(ls -l /etc | wc -l) && [ "$n" -gt 1 ] &&
    grep Seccomp: /proc/self/status && echo end' 2>&1) || return 1
  [ "$out" = "$(printf 'a file\nSeccomp:\t2\nend')" ] || {
    echo "it printed: $out" >&2
    return 1
  }
}

never_starts() {
  local runtime=$1 nnp=$2

  # By either way, and not because it took too long.
  run e2e_run "$runtime" "$E2E_WORK/changed.json" "$nnp" true
  [ "$status" -ne 0 ] && [ "$status" -ne 124 ] || return 1
  run e2e_start "$runtime" "$E2E_WORK/changed.json" "$nnp" sh -c 'echo started'
  [ "$status" -ne 124 ] && [[ $output != *started* ]]
}

@test "every profile starts a static program, with both runtimes, both values of no_new_privs, as root and not" {
  for profile in "${PROFILES[@]}"; do
    for uid in 0 1000; do
      E2E_UID=$uid e2e_each starts_true "$profile"
    done
  done
}

@test "every profile runs a shell script created and started as containerd does it" {
  for profile in "${PROFILES[@]}"; do
    for uid in 0 1000; do
      E2E_UID=$uid e2e_each runs_a_script "$profile"
    done
  done
}

@test "the status of a container is the status of its program" {
  run e2e_run crun "${PROFILES[0]}" true sh -c 'exit 7'
  [ "$status" -eq 7 ]
  run e2e_run runc "${PROFILES[0]}" true sh -c 'exit 7'
  [ "$status" -eq 7 ]
}

@test "a profile without execve never starts anything" {
  changed 'del(.syscalls[].names[] | select(. == "execve"))'
  e2e_each never_starts
}

@test "without fchown runc starts no container of a user who is not root, unless no_new_privs is set" {
  changed 'del(.syscalls[].names[] | select(. == "fchown"))'
  run "$B/seccompctl" validate "$E2E_WORK/changed.json"
  [[ $output = *'runc itself needs fchown: of pods without allowPrivilegeEscalation: false only those that run as root'* ]]
  E2E_UID=1000 run e2e_run runc "$E2E_WORK/changed.json" false true
  [[ $status -ne 0 && $output = *'chown /dev/std'* ]]
  E2E_UID=1000 e2e_run runc "$E2E_WORK/changed.json" true true
  E2E_UID=1000 e2e_run crun "$E2E_WORK/changed.json" false true
  e2e_run runc "$E2E_WORK/changed.json" false true
  # EPERM it passes over, and the validator with it.
  changed 'del(.syscalls[].names[] | select(. == "fchown")) | .defaultErrnoRet = 1'
  run "$B/seccompctl" validate "$E2E_WORK/changed.json"
  [[ $output != *'needs fchown'* ]]
  E2E_UID=1000 e2e_run runc "$E2E_WORK/changed.json" false true
}

@test "a profile with a made-up action never starts anything" {
  changed '.syscalls[0].action = "SCMP_ACT_ALOW"'
  e2e_each never_starts
}

@test "every profile holds what every container needs to start, as its first two rules" {
  local floor

  floor=$(jq -c '.syscalls[:2]' "$BATS_TEST_DIRNAME/../../profiles/base/minimal.json")
  for profile in "${PROFILES[@]}"; do
    [ "$(jq -c '.syscalls[:2]' "$profile")" = "$floor" ] || {
      echo "$profile begins otherwise than base/minimal.json" >&2
      return 1
    }
  done
}

@test "every profile is laid out one way: names sorted, none twice, unknown calls ENOSYS" {
  for profile in "${PROFILES[@]}"; do
    jq . "$profile" | cmp - "$profile"
    jq_true '
      .defaultAction == "SCMP_ACT_ERRNO" and .defaultErrnoRet == 38
      and all(.syscalls[].names; . == (. | unique))
      and ([.syscalls[] | select(.args == null) | .names[]] | length == (unique | length))' \
      "$profile" >/dev/null || {
      echo "$profile is laid out otherwise" >&2
      return 1
    }
  done
}

@test "the validator has nothing to say about any profile, on either architecture" {
  run "$B/seccompctl" validate --strict --arch x86_64 --arch aarch64 "${PROFILES[@]}"
  echo "$output"
  [ "$status" -eq 0 ]
  [[ $output = *' files, 0 errors, 0 warnings' ]]
}

# runc answers calls newer than a profile's newest with ENOSYS whatever the default is, crun
# does not: with ENOSYS as the default they agree.
@test "a call that a profile does not name does not exist, under both runtimes" {
  for runtime in "${E2E_RUNTIMES[@]}"; do
    run e2e_run "$runtime" "$BATS_TEST_DIRNAME/../../profiles/base/minimal.json" true \
      mkdir /tmp/new
    [ "$status" -eq 1 ]
    [[ $output = *'Function not implemented'* ]]
  done
}

@test "a privileged call is not permitted to an application, under both runtimes" {
  for runtime in "${E2E_RUNTIMES[@]}"; do
    for profile in web database; do
      run e2e_run "$runtime" "$BATS_TEST_DIRNAME/../../profiles/applications/$profile.json" \
        false unshare -U true
      [ "$status" -eq 1 ]
      [[ $output = *'Operation not permitted'* ]]
    done
  done
}

@test "the decoding of containerd drops what the OCI structure does not have" {
  cat >"$E2E_WORK/docker.json" <<'END'
{"defaultAction": "SCMP_ACT_ERRNO", "archMap": [{"architecture": "SCMP_ARCH_X86_64"}],
 "flags": [], "comment": "gone", "syscalls": [
  {"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]},
   "args": [{"index": 0, "value": 1, "valueTwo": 0, "op": "SCMP_CMP_EQ"}]},
  {"name": "write", "action": "SCMP_ACT_ERRNO", "errnoRet": 0, "args": []}]}
END
  run e2e_decode "$E2E_WORK/docker.json"
  [ "$status" -eq 0 ]
  [ "$(jq -cS . <<<"$output")" = "$(jq -cS . <<'END'
{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
  {"names": ["read"], "action": "SCMP_ACT_ALLOW",
   "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
  {"names": null, "action": "SCMP_ACT_ERRNO", "errnoRet": 0}]}
END
  )" ]
}

@test "a JSON array, half a profile and an empty file are refused as profiles" {
  echo '[{"apiVersion": "seccompd.dev/v1alpha1", "kind": "InstallState"}]' >"$E2E_WORK/array"
  head -c 100 "${PROFILES[0]}" >"$E2E_WORK/half"
  : >"$E2E_WORK/empty"
  for runtime in "${E2E_RUNTIMES[@]}"; do
    for file in array half empty; do
      e2e_refused "$runtime" "$E2E_WORK/$file"
    done
  done
  # So that the test can fail: a profile is not refused, nor is what runc takes for none.
  run e2e_refused runc "${PROFILES[0]}"
  [ "$status" -eq 1 ]
  echo '{"apiVersion": "seccompd.dev/v1alpha1"}' >"$E2E_WORK/object"
  run e2e_refused runc "$E2E_WORK/object"
  [ "$status" -eq 1 ]
}

@test "an object without a default action leaves a container of runc without any filter" {
  echo '{"apiVersion": "seccompd.dev/v1alpha1"}' >"$E2E_WORK/object"
  run e2e_run runc "$E2E_WORK/object" true grep Seccomp: /proc/self/status
  [ "$status" -eq 0 ]
  [ "$output" = "$(printf 'Seccomp:\t0')" ]
  run e2e_run crun "$E2E_WORK/object" true true
  [ "$status" -ne 0 ]
}

@test "crun alone takes an array for no profile: it is the decoder that refuses it" {
  echo '[]' >"$E2E_WORK/array"
  run e2e_raw crun "$E2E_WORK/array" true grep Seccomp: /proc/self/status
  [ "$output" = "$(printf 'Seccomp:\t0')" ]
  run e2e_decode "$E2E_WORK/array"
  [ "$status" -ne 0 ]
}

@test "a container that hangs is killed when its time is over, and leaves nothing" {
  for runtime in "${E2E_RUNTIMES[@]}"; do
    E2E_TIMEOUT=1 run e2e_run "$runtime" "${PROFILES[0]}" true sleep 31.4159
    [ "$status" -eq 124 ]
  done
  run pgrep -f 'sleep 31\.4159'
  [ "$status" -eq 1 ]
  # shellcheck disable=SC2012
  [ "$(ls -d "$E2E_WORK"/[0-9]* 2>/dev/null | wc -l)" -eq 0 ]
  run unshare --mount --propagation private sh -c \
    'mount -t cgroup2 cgroup2 /sys/fs/cgroup && find /sys/fs/cgroup -name "scd-e2e-'"$$"'-*"'
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}
