#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl run`: a command under a profile, and the list of what it was denied.
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
  profile > p.json
}

# Every action, each on calls of its own; 32-bit programs as well.
profile() {
  cat <<END
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
  "syscalls": [
    { "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO" },
    { "names": ["unlinkat"], "action": "SCMP_ACT_KILL_PROCESS" },
    { "names": ["sync"], "action": "SCMP_ACT_TRAP" },
    { "names": ["getpriority"], "action": "SCMP_ACT_KILL_THREAD" },
    { "names": ["uname"], "action": "SCMP_ACT_LOG" }
  ]
}
END
}

# The rows of the report r.json, a line each: SYSCALL ACTION ERRNO COUNT
denied() { jq -r '.denied[] | "\(.syscall) \(.action) \(.errno // "-") \(.count)"' r.json | sort; }

# Runs the words of tests/sim/calls.c under the profile; options of run before --.
calls() {
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  "$ctl" run -o json --report r.json "${options[@]}" p.json -- "$calls" "$@"
}

teardown() { [ -z "$looping" ] || kill "$looping"; }

@test "a denied call fails as the profile says, and is listed with its arguments" {
  run -0 --separate-stderr "$ctl" run p.json -- sh -c 'mkdir a a; echo out'
  [ "$output" = out ]
  [[ $stderr == *"mkdir: cannot create directory"*"Operation not permitted"* ]]
  [[ $stderr == *"seccompctl: p.json denied 2 calls, 1 kind:"* ]]
  [[ $stderr == *"2 times  SCMP_ACT_ERRNO 1 (EPERM) "*'mkdir("a", 0777)'* ]]
  [[ $stderr == *'name them in a rule with SCMP_ACT_ALLOW: "mkdir"'* ]]
  [ ! -e a ]
}

@test "where nothing is denied that is said" {
  run -0 --separate-stderr "$ctl" run p.json -- true
  [ "$stderr" = 'seccompctl: p.json denied nothing' ]
  [ -z "$output" ]
}

@test "every action does what the kernel does, and is listed" {
  run -0 calls -- mkdir trap kill-thread
  [ "$output" = $'mkdir: EPERM\ntrap: SIGSYS for sync\nkill-thread: killed' ]
  [ "$(denied)" = 'getpriority SCMP_ACT_KILL_THREAD - 1
mkdirat SCMP_ACT_ERRNO 1 1
sync SCMP_ACT_TRAP - 1' ]

  run calls -- own-filter # its unlinkat is killed: the stricter of two filters counts
  [ "$status" = 159 ]     # 128 and SIGSYS
  [ "$(denied)" = 'unlinkat SCMP_ACT_KILL_PROCESS - 1' ]

  # Nobody listens.
  jq '.syscalls += [{names: ["symlinkat"], action: "SCMP_ACT_NOTIFY"}]' p.json > notify.json
  run -1 "$ctl" run -o json --report r.json notify.json -- ln -s a b
  [[ $output == *'Function not implemented'* ]]
  [ "$(denied)" = 'symlinkat SCMP_ACT_NOTIFY - 1' ]

  run -0 "$ctl" run -o json --report r.json p.json -- uname
  [ "$output" = Linux ]
  [ -z "$(denied)" ]
  jq_true '.logged[0].syscall == "uname" and .logged[0].count >= 1' r.json
}

@test "--log denies nothing and reports everything" {
  run -0 calls --log -- mkdir trap kill-thread
  [ "$output" = $'mkdir: EEXIST\ntrap: no SIGSYS\nkill-thread: survived' ]
  [ "$(denied)" = 'getpriority SCMP_ACT_KILL_THREAD - 1
mkdirat SCMP_ACT_ERRNO 1 1
sync SCMP_ACT_TRAP - 1' ]
  jq_true '.enforced == false' r.json
  run -0 --separate-stderr "$ctl" run --log p.json -- mkdir new
  [[ $stderr == *'p.json would have denied 1 call, 1 kind:'* ]]
  [ -d new ]
}

@test "threads, forks, vforks and execve of another thread are followed" {
  run -0 calls -- threads fork vfork exec-thread
  [ "$(sort <<< "$output" | uniq -c | tr -s ' ')" = ' 1 fork: EPERM
 2 mkdir: EPERM
 4 threads: EPERM
 1 vfork: done' ]
  [ "$(denied)" = 'mkdirat SCMP_ACT_ERRNO 1 7' ]
}

@test "32-bit calls are known by their own numbers" {
  [ "$(uname -m)" = x86_64 ] || skip 'not x86_64'
  run -0 calls -- int80
  [ "$output" = 'int80: EPERM' ]
  jq_true '.denied | length == 1 and .[0].syscall == "mkdir" and .[0].arch == "x86"' r.json
  # Without x86 in the profile the first such call is the last.
  jq '.architectures = ["SCMP_ARCH_X86_64"]' p.json > only64.json
  run "$ctl" run -o json --report r.json only64.json -- "$calls" int80
  [ "$status" = 159 ]
  jq_true '.denied[0].syscall == "mkdir" and .denied[0].action[0:13] == "SCMP_ACT_KILL"' r.json
}

@test "a program's own filter works beside the profile" {
  jq 'del(.syscalls[1])' p.json > own.json
  run -0 "$ctl" run -o json --report r.json own.json -- "$calls" own-filter
  [ "$output" = $'own-filter: EACCES\nown-filter: EPERM' ]
  [ "$(denied)" = 'mkdirat SCMP_ACT_ERRNO 1 1' ]
}

@test "a static program is followed" {
  command -v busybox > /dev/null || skip_or_fail 'busybox is not installed'
  run -1 "$ctl" run -o json --report r.json p.json -- busybox mkdir new
  [ "$(denied)" = "$(denied | grep -E '^mkdir(at)? SCMP_ACT_ERRNO 1 1$')" ]
}

@test "the exit status is the command's, or 128 and its signal" {
  run -7 "$ctl" run p.json -- sh -c 'exit 7'
  run -137 calls -- die
  run -143 "$ctl" run p.json -- sh -c 'kill -TERM $$'
  run -124 "$ctl" run --fail-on-denied p.json -- "$calls" mkdir
  run -0 "$ctl" run --fail-on-denied p.json -- true
  run -9 "$ctl" run --fail-on-denied p.json -- sh -c 'mkdir a; exit 9'
}

@test "what cannot be executed is told apart from what ran" {
  run -127 "$ctl" run p.json -- no-such-command-at-all
  [[ $output == *'no-such-command-at-all: command not found'* ]]
  run -125 "$ctl" run p.json -- /etc/passwd
  [[ $output == *'Permission denied'* ]]
  run -125 "$ctl" run absent.json -- true
  run -125 "$ctl" run --report /no/such/dir/r p.json -- true
  run -2 "$ctl" run p.json
  run -2 "$ctl" run
  echo '{}' > empty.json
  run -2 "$ctl" run empty.json -- true
  run -2 "$ctl" run --pid 1 p.json
}

@test "a profile that does not allow execve starts nothing, and says so" {
  echo '{"defaultAction": "SCMP_ACT_ERRNO"}' > none.json
  run -126 "$ctl" run none.json -- true
  [[ $output == *'containers trip over it'* ]]
  [[ $output == *'true did not start: execve: Operation not permitted'* ]]
  [[ $output == *'execve("/'* ]]
}

@test "an ordinary user needs no privileges, and is told what that costs" {
  [ "$(id -u)" = 0 ] || skip_or_fail 'not root: cannot become somebody else'
  cp "$ctl" "$calls" .
  run -0 as_nobody ./seccompctl run p.json -- ./calls mkdir
  [[ $output == *'mkdir: EPERM'*'no_new_privs was set'*'denied 1 call'* ]]
}

@test "set-user-ID programs gain their privileges when there are some to give" {
  [ "$(id -u)" = 0 ] || skip_or_fail 'not root: cannot make a set-user-ID program'
  install -m 4755 "$calls" suid
  findmnt -no OPTIONS -T . | grep -qw nosuid && skip 'set-user-ID has no effect here'
  run -0 "$ctl" run --report r p.json -- setpriv --reuid 65534 --clear-groups ./suid euid mkdir
  [ "$output" = $'euid: root\nmkdir: EPERM' ]
  run -0 "$ctl" run --no-new-privs --report r p.json -- setpriv --reuid 65534 --clear-groups ./suid euid
  [ "$output" = 'euid: user' ]
}

@test "what a command leaves behind is waited for" {
  run -0 calls -- orphan
  [ "$(denied)" = 'mkdirat SCMP_ACT_ERRNO 1 1' ]
}

@test "a stopped command is continued by whom it wants" {
  run -0 timeout 20 "$ctl" run -o json --report r.json p.json -- "$calls" stop
  [ "$output" = 'stop: continued' ]
  [ "$(denied)" = 'mkdirat SCMP_ACT_ERRNO 1 1' ]
}

@test "a signal to us goes on to the command" {
  "$ctl" run --report r p.json -- sh -c 'trap "echo got; exit 5" TERM; echo up; while :; do sleep 0.1; done' > out &
  pid=$!
  eventually grep -q up out
  kill -TERM "$pid"
  rc=0
  wait "$pid" || rc=$?
  [ "$rc" = 5 ]
  grep -q got out
}

@test "when we are killed the command is, too" {
  "$ctl" run p.json -- sh -c 'echo $$ > child; sleep 1000' &
  pid=$!
  eventually test -s child
  kill -KILL "$pid"
  gone() { ! kill -0 "$(cat child)"; }
  eventually gone
}

# Types each argument into COMMAND on a terminal of its own, with time between: typed COMMAND KEYS...
typed() {
  local command=$1
  shift
  for keys in "$@"; do
    sleep 0.5
    printf '%b' "$keys"
  done | timeout --foreground 60 script -qec "$command" /dev/null
}

@test "an interactive shell has its terminal and its jobs" {
  command -v script > /dev/null || skip_or_fail 'script(1) is not installed'
  run -6 typed "'$ctl' run --report r p.json -- env HISTFILE= PS1=: bash --norc -i" \
    'mkdir new; tty\n' 'sleep 1000\n' '\032' '\032' 'jobs\n' 'kill -KILL %1\n' 'exit 6\n' 'exit 6\n'
  [[ $output == *'Operation not permitted'* && $output == */dev/pts/* && $output == *Stopped* ]]
  grep -q 'mkdir("new", 0777)' r
}

@test "stopped from the terminal, we stop as well and go on with the command" {
  command -v script > /dev/null || skip_or_fail 'script(1) is not installed'
  run -4 typed 'env HISTFILE= PS1=: bash --norc -i' \
    "'$ctl' run --report r p.json -- sh -c 'sleep 2; mkdir new'\n" '\032' '\032' 'jobs; fg\n' 'exit 4\n' '\n'
  [[ $output == *Stopped*Stopped* ]]
  grep -q 'mkdir("new", 0777)' r
}

@test "a debugger does not work, and that is said" {
  run -125 "$ctl" run p.json -- env ASAN_OPTIONS=detect_leaks=0 "$ctl" run p.json -- true
  [[ $output == *'cannot follow process '*'traces it already (a debugger, strace), and there can be only one'* ]]
  command -v strace > /dev/null || skip_or_fail 'strace is not installed'
  run -1 "$ctl" record -o q.json -- strace -o /dev/null true
  [[ $output == *'the command called ptrace, which fails here: '* ]]
}

@test "a process that runs already can be watched and is left alone" {
  sh -c 'while :; do "$1" mkdir > /dev/null; sleep 0.05; done' sh "$calls" > /dev/null 3>&- &
  looping=$!
  sleep 0.2
  run -124 timeout -s INT 2 "$ctl" run --log -o json --report r.json --pid "$looping" p.json # 124: that of timeout
  kill -0 "$looping"
  jq_true '.denied[] | select(.syscall == "mkdirat") | .count >= 2' r.json
  run -127 "$ctl" run --log --pid 4194303 p.json
  [[ $output == *'cannot follow process 4194303: there is none'* ]]
}
