#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl record`: a profile from what a command does.
# shellcheck disable=SC2016,SC2154 # sh -c expands; run assigns stderr

bats_require_minimum_version 1.5.0
load lib

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  calls=${B:-$root/build}/tests/calls
  cd "$BATS_TEST_TMPDIR" || return
  looping=
  chmod 755 .
}

names() { jq -r '.syscalls[].names[]' "$1" | sort -u; }
allows() { names "$1" | grep -qx "$2"; }

# The profile is good, and the command runs under it without a denied call.
proves() {
  local profile=$1
  shift
  "$ctl" validate -q --strict "$profile"
  "$ctl" run --fail-on-denied --report run.txt "$profile" -- "$@" || { cat run.txt && false; }
  grep -qx "seccompctl: $profile denied nothing" run.txt
}

# Everything but what its arguments say: threads, children, 32-bit calls, filters of its own.
words=(mkdir threads fork vfork int80 own-filter trap stop euid orphan exec-thread)

teardown() { [ -z "$looping" ] || kill "$looping"; }

@test "what was recorded runs under its profile, and the profile is good" {
  run -0 --separate-stderr "$ctl" record -o p.json -- "$calls" "${words[@]}"
  recorded=$output
  [[ $stderr == *'seccompctl: p.json allows '*' calls that were seen'* ]]
  [[ $stderr == *'"defaultErrnoRet": 38'* ]]
  [[ $stderr == *'validate --strict finds nothing wrong with it' ]]
  proves p.json "$calls" "${words[@]}" > again
  [ "$(sort again)" = "$(sort <<< "$recorded")" ]
  jq_true '.defaultAction == "SCMP_ACT_ERRNO" and .defaultErrnoRet == 38
    and all(.syscalls[]; .action == "SCMP_ACT_ALLOW" and .names == (.names | sort))' p.json
  [ "$(jq -r '.syscalls[].names[]' p.json | sort | uniq -d)" = '' ]
}

@test "without one call that it needs, run names it" {
  "$ctl" record -o p.json -- mkdir new
  rmdir new
  jq '.syscalls[].names -= ["mkdir", "mkdirat"]' p.json > less.json
  run "$ctl" run less.json -- mkdir new
  [ "$status" = 1 ]
  [[ $output == *'ERRNO 38 (ENOSYS) '*'mkdir("new", 0777)'*'SCMP_ACT_ALLOW: "mkdir"'* ]]
}

@test "only what was done is allowed, and what the runtimes need" {
  "$ctl" record -o p.json --report r.json -- true
  for call in execve openat futex setgroups capset prctl pselect6 exit_group; do allows p.json "$call"; done
  for call in mkdir socket ptrace mount unshare bpf kexec_load clone3 io_uring_setup; do
    run ! allows p.json "$call"
  done
  jq_true '.kind == "RecordReport" and .accepted and (.calls | length > 20)
    and any(.calls[]; .syscall == "execve" and .count >= 1 and (.neededBy | index("command")))
    and any(.calls[]; .syscall == "setgroups" and .count == 0 and .neededBy == ["ociRuntime"])' r.json
  # The two lists agree.
  [ "$(names p.json)" = "$(jq -r '.calls[].syscall' r.json | sort -u)" ]
}

@test "a 32-bit call puts its architecture into the profile" {
  [ "$(uname -m)" = x86_64 ] || skip 'not x86_64'
  "$ctl" record -o p.json -- "$calls" int80
  jq_true '.architectures | index("SCMP_ARCH_X86")' p.json
  "$ctl" record -o p.json -- "$calls" mkdir
  jq_true '.architectures == ["SCMP_ARCH_X86_64"]' p.json
}

@test "--narrow allows the arguments that were seen, and no others" {
  command -v python3 > /dev/null || skip_or_fail 'python3 is not installed'
  script='import socket,sys,threading
socket.socket(int(sys.argv[1])); t=threading.Thread(target=print); t.start(); t.join()'
  run -0 --separate-stderr "$ctl" record --narrow -o p.json -- python3 -c "$script" 1
  [[ $stderr == *'socket '*'only with AF_UNIX'* ]]
  [[ $stderr == *'clone '*'only with no new namespace'* ]]
  run ! allows p.json clone3
  "$ctl" run --log --report out.txt p.json -- python3 -c "$script" 1
  # The one thing denied is clone3, of which libc knows another way.
  run ! grep -q SCMP_ACT_ALLOW: out.txt
  run "$ctl" run p.json -- python3 -c "$script" 2
  [ "$status" = 1 ]
  [[ $output == *'socket(AF_INET, '* ]]
  jq '.syscalls[] | select(.names == ["clone"]) | .args' p.json | grep -q 2114060288
  run "$ctl" run p.json -- unshare -U true
  [ "$status" != 0 ]
}

@test "--merge adds runs up" {
  "$ctl" record -o p.json -- sh -c 'mkdir new; true'
  "$ctl" record -o p.json --merge p.json -- sh -c 'rmdir new; true'
  proves p.json sh -c 'mkdir new && rmdir new'
}

@test "--base is in the result, and only what goes beyond it is watched" {
  "$ctl" record -o base.json -- true
  run -0 --separate-stderr "$ctl" record -o p.json --base base.json --report r.json -- mkdir new
  rmdir new
  proves p.json mkdir new
  jq_true 'any(.calls[]; .syscall == "execve" and .count == 0)
    and any(.calls[]; (.syscall | startswith("mkdir")) and .count == 1)' r.json
  [ "$(comm -23 <(names base.json) <(names p.json))" = '' ]
}

@test "what is no allow-list cannot be a base, and says why" {
  echo '{"defaultAction": "SCMP_ACT_ALLOW"}' > deny.json
  run -2 "$ctl" record --base deny.json -- true
  [[ $output == *'deny.json: not an allow-list: its default action is SCMP_ACT_ALLOW'* ]]
  echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_KILL"}]}' > kill.json
  run -2 "$ctl" record --merge kill.json -- true
  [[ $output == *'kill.json: not an allow-list: a rule has SCMP_ACT_KILL'* ]]
  echo '[' > broken.json
  run -2 "$ctl" record --merge broken.json -- true
  run -125 "$ctl" record --merge absent.json -- true
}

@test "the profile goes to standard output after the command's, and the exit status is the command's" {
  run -7 --separate-stderr "$ctl" record -- sh -c 'echo first; exit 7'
  [ "$(head -1 <<< "$output")" = first ]
  tail -n +2 <<< "$output" | jq_true '.syscalls | length > 5'
  run -127 "$ctl" record -- no-such-command-at-all
  run -125 "$ctl" record -o /no/such/dir/p.json -- true
  run -2 "$ctl" record
  run -2 "$ctl" record --pid 1 -- true
}

@test "an ordinary user records as well" {
  [ "$(id -u)" = 0 ] || skip_or_fail 'not root: cannot become somebody else'
  cp "$ctl" "$calls" .
  run -0 --separate-stderr as_nobody ./seccompctl record -- ./calls mkdir
  [[ $stderr == *'no_new_privs was set'* ]]
  tail -n +2 <<< "$output" > p.json
  proves p.json "$calls" mkdir
}

@test "a static program and an interactive shell are recorded" {
  command -v busybox > /dev/null || skip_or_fail 'busybox is not installed'
  "$ctl" record -o p.json -- busybox sh -c 'mkdir new; rmdir new'
  proves p.json busybox sh -c 'mkdir new; rmdir new'
  command -v script > /dev/null || skip_or_fail 'script(1) is not installed'
  shell() { echo 'exit 5' | script -qec "'$ctl' record -o p.json -- env HISTFILE= bash --norc -i" /dev/null; }
  run -5 shell
  allows p.json setpgid
  allows p.json ioctl
}

@test "a process that cannot be followed: the reason is said" {
  run -127 "$ctl" record --pid 4194303
  [[ $output == *'cannot follow process 4194303: there is none' ]]
  sh -c 'true & exec sleep 60' 3>&- &
  looping=$!
  for _ in $(seq 100); do
    zombie=$(pgrep -P "$looping" -r Z) && break
    sleep 0.1
  done
  run -127 "$ctl" record --pid "$zombie"
  [[ $output == *'(a zombie)' ]]
  # Who follows us cannot be followed by us: both would wait.
  run -125 timeout 30 "$ctl" record -o p.json -- sh -c 'ASAN_OPTIONS=detect_leaks=0 "$1" record --pid "$PPID"' sh "$ctl"
  [[ $output == *'it follows seccompctl itself'* ]]
  [ "$(id -u)" = 0 ] || skip_or_fail 'not root'
  # A container sees none.
  if [ "$(cat /proc/2/comm)" = kthreadd ]; then
    run -125 "$ctl" record --pid 2
    [[ $output == *'it is a thread of the kernel, and makes no system calls' ]]
  fi
  cp "$ctl" .
  run -125 as_nobody ./seccompctl record --pid "$looping"
  [[ $output == *"cannot follow process $looping: it belongs to uid 0: that takes CAP_SYS_PTRACE" ]]
  # There is one tracer, and no second.
  "$ctl" record -o q.json --pid "$looping" 2> first.txt 3>&- &
  tracer=$!
  for _ in $(seq 100); do
    [ "$(awk '/^TracerPid/ { print $2 }' "/proc/$looping/status")" = "$tracer" ] && break
    sleep 0.1
  done
  run -125 "$ctl" record --pid "$looping"
  [[ $output == *"process $tracer traces it already"* ]]
  kill -TERM "$tracer"
  wait "$tracer"
  kill -0 "$looping"
}

@test "a process that runs already is recorded and left alone" {
  sh -c 'while :; do "$1" mkdir > /dev/null; sleep 0.05; done' sh "$calls" > /dev/null 3>&- &
  looping=$!
  sleep 0.2
  run -124 timeout -s INT 2 "$ctl" record -o p.json --pid "$looping" # 124: that of timeout
  kill -0 "$looping"
  allows p.json mkdirat
  allows p.json execve
  "$ctl" validate --strict p.json
}
