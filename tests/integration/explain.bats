#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl explain`, the program.

bats_require_minimum_version 1.5.0

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  cd "$BATS_TEST_TMPDIR" || return
  cat > p.json <<'END'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "defaultErrnoRet": 38,
  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
  "syscalls": [
    { "names": ["read", "write", "close", "execve", "exit_group", "mmap", "brk", "arch_prctl", "futex",
                "fstat", "newfstatat", "capget", "capset", "prctl", "chdir", "openat", "getdents64", "fcntl",
                "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "mprotect", "munmap", "close_range",
                "epoll_create1", "epoll_ctl", "epoll_pwait", "eventfd2", "getpid", "getppid", "gettid",
                "nanosleep", "readlinkat", "sched_yield", "setgid", "setuid", "setgroups", "sigaltstack",
                "statfs", "fstatfs", "tgkill", "uname", "getcwd", "ioctl", "faccessat2", "set_tid_address",
                "set_robust_list", "rseq", "prlimit64", "getrandom", "clone3", "getuid", "umask"],
      "action": "SCMP_ACT_ALLOW" },
    { "names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 1, "op": "SCMP_CMP_EQ" }] },
    { "names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 2, "op": "SCMP_CMP_EQ" }] },
    { "names": ["clone"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" }] },
    { "names": ["mount"], "action": "SCMP_ACT_KILL_PROCESS" }
  ]
}
END
}

explain() { "$ctl" explain --arch x86_64 p.json "$@"; }

@test "a rule of the file decides, and is shown with its line" {
  run -0 explain mount
  [ "${lines[0]}" = 'mount on x86_64 (number 165), with runc and crun' ]
  [ "${lines[1]}" = '  KILL_PROCESS: the whole process dies of SIGSYS' ]
  [ "${lines[2]}" = '    p.json:18:17: by the rule at /syscalls/4/names/0' ]
  [[ ${lines[3]} == '   18 |     { "names": ["mount"]'* ]]
}

@test "the default decides where no rule does" {
  run -0 explain bpf
  [ "${lines[1]}" = '  ERRNO(ENOSYS): the call fails with ENOSYS (Function not implemented)' ]
  [ "${lines[2]}" = '    p.json:2:20: by the default action at /defaultAction' ]
}

@test "without arguments every case is listed" {
  run -0 explain socket
  [ "${lines[1]}" = '  if domain is AF_UNIX' ]
  [[ $output == *'  if domain is AF_INET'$'\n''    ALLOW: the call happens'* ]]
  [[ $output == *'  otherwise'$'\n''    ERRNO(ENOSYS): '* ]]
  run -0 explain clone
  [[ ${lines[1]} == '  if flags has none of CLONE_NEWNS|CLONE_NEWCGROUP|'* ]]
}

@test "arguments are given by name or index, symbolically or as numbers" {
  for words in domain=AF_INET arg0=2 domain=0x2; do
    run -0 explain socket "$words"
    [ "${lines[0]}" = 'socket(domain = AF_INET) on x86_64 (number 41), with runc and crun' ]
    [ "${lines[1]}" = '  ALLOW: the call happens' ]
  done
  run -0 explain clone 'flags=CLONE_NEWUSER|SIGCHLD'
  [[ $output == *'ERRNO(ENOSYS)'* ]]
  run -0 explain clone flags=SIGCHLD
  [[ $output == *'ALLOW'* ]]
  run -0 explain openat 'flags=O_WRONLY|O_CREAT' mode=0600
  [[ ${lines[0]} == 'openat(flags = O_WRONLY|O_CREAT, mode = 0600)'* ]]
}

@test "calls that are too new go to the stub of runc" {
  run -0 explain 999
  [[ $output == *'with runc'$'\n'*'by the stub that runc puts in front'* ]]
  [[ $output == *'with crun'$'\n'*'by the default action'* ]]
  run -0 explain --oci-runtime crun 999
  [[ $output != *stub* ]]
}

@test "a call has another number elsewhere, and 32-bit programs their own way to sockets" {
  run -0 "$ctl" explain --arch aarch64 p.json mount
  [[ ${lines[0]} == 'mount on aarch64 (number 40)'* ]]
  run -0 "$ctl" explain --arch x86 "$root/tests/data/examples/web.json" socket domain=AF_VSOCK
  [[ ${lines[0]} == 'socket(domain = AF_VSOCK) on x86 (number 359)'* ]]
  [[ $output == *'socket as socketcall(call = SYS_SOCKET) on x86 (number 102), whose other arguments no filter sees'* ]]
  run -2 "$ctl" explain --arch aarch64 p.json arch_prctl
  [[ $output == *'aarch64 has no system call arch_prctl'* ]]
}

# deny NAMES [CONDITION]: a profile of x86 that denies them.
deny() {
  cat <<END
{ "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
  "syscalls": [{ "names": [$1], "action": "SCMP_ACT_ERRNO", "args": [${2:-}] }] }
END
}

@test "socketcall and ipc do what the profile says of the calls that they make" {
  deny '"socket", "semop"' > mux.json
  run -0 "$ctl" explain --arch x86 mux.json socketcall
  [[ $output == *$'  if call is SYS_SOCKET\n    ERRNO(EPERM): '* ]]
  [[ $output == *'by the rule at /syscalls/0/names/0'* ]]
  [[ $output == *$'  otherwise\n    ALLOW: '* ]]
  run -0 "$ctl" explain --arch x86 mux.json socketcall call=SYS_BIND
  [[ $output == *'ALLOW: '* && $output != *ERRNO* ]]
  run -0 "$ctl" explain --arch x86 mux.json semop # which has no number there
  [[ ${lines[0]} == 'semop as ipc(call = SEMOP) on x86 '* ]]
  [[ ${lines[1]} == '  ERRNO(EPERM): '* ]]
  run -2 "$ctl" explain --arch x32 mux.json socketcall
}

@test "a condition on another argument of a call holds for what socketcall has in its place" {
  deny '"socket"' '{ "index": 1, "value": 3, "op": "SCMP_CMP_EQ" }' > mux.json
  run "$ctl" explain --arch x86 mux.json socket
  [[ $output == *$'socket on x86 '*$'  if type is SOCK_RAW\n    ERRNO(EPERM)'* ]]
  [[ $output == *$'socket as socketcall(call = SYS_SOCKET)'*$'  if args is 3\n    ERRNO(EPERM)'* ]]
}

@test "without a call: what happens to all of them" {
  cat > all.json <<'END'
{ "defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
  { "names": ["write", "read", "execve", "exit_group"], "action": "SCMP_ACT_ALLOW" },
  { "names": ["mount"], "action": "SCMP_ACT_KILL_PROCESS" },
  { "names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 1, "op": "SCMP_CMP_EQ" }] },
  { "names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 2, "op": "SCMP_CMP_EQ" }] }] }
END
  run --separate-stderr "$ctl" explain --arch x86_64 all.json
  [ "${lines[0]}" = 'all.json on x86_64, with runc and crun' ]
  [ "${lines[1]}" = '  ALLOW, 4 calls:' ]
  [ "${lines[2]}" = '    execve exit_group read write' ]
  [ "${lines[3]}" = '  KILL_PROCESS, 1 call:' ]
  [ "${lines[5]}" = '  depends on the arguments, 1 call:' ]
  [ "${lines[6]}" = '    socket: ALLOW if domain is AF_UNIX or AF_INET; otherwise ERRNO(EPERM)' ]
  [[ ${lines[7]} == '  with runc: ERRNO(EPERM), all others, '*' calls; ERRNO(ENOSYS), '*' that are newer than any the profile names' ]]
  [[ ${lines[8]} == '  with crun: ERRNO(EPERM), all others, '*' calls' ]]
  [ "${#lines[@]}" -eq 9 ]
  run --separate-stderr "$ctl" explain --arch x86 all.json
  [ "${lines[1]}" = "  KILL_THREAD, every call: \"architectures\" does not list the caller's" ]
  # the document has each call, as when it is asked for alone
  run --separate-stderr "$ctl" explain --arch x86_64 -o json all.json
  jq '.results[] | select(.syscall == "socket")' <<< "$output" > of-all.json
  run --separate-stderr "$ctl" explain --arch x86_64 -o json all.json socket
  diff of-all.json <(jq '.results[]' <<< "$output")
}

@test "all calls: what the filter does against the text is marked" {
  cat > conflict.json <<'END'
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": ["mount", "bpf"], "action": "SCMP_ACT_LOG" }, { "names": ["mount"], "action": "SCMP_ACT_ERRNO" }] }
END
  run -1 --separate-stderr "$ctl" explain conflict.json
  [[ $output == *$'  LOG, 2 calls:\n    bpf mount*\n  * the text reads otherwise'* ]]
}

@test "an architecture that is not listed is refused whole" {
  run -0 "$ctl" explain --arch x32 p.json read
  [[ $output == *'KILL_THREAD: '* ]]
  [[ $output == *'"architectures" does not list'* ]]
}

@test "a number is a call as well" {
  run -0 explain 165
  [[ ${lines[0]} == 'mount on x86_64 (number 165)'* ]]
}

@test "what is misspelt is said, with what was probably meant" {
  run -2 explain mont
  [[ $output == *'did you mean mount?'* ]]
  run -2 explain openat flag=1
  [[ $output == *'openat has no argument "flag"; it has dirfd, pathname, flags, mode, or arg0 to arg5' ]]
  run -2 explain openat flags=O_CRAT
  [[ $output == *'did you mean O_CREAT?'* ]]
  run -2 explain openat flags
  [[ $output == *'is not ARG=VALUE'* ]]
  run -2 explain openat flags=1 arg2=1
  [[ $output == *'argument 2 is given twice'* ]]
  run -2 "$ctl" explain
  run -3 "$ctl" explain no-such-file.json read
}

@test "a profile that runtimes refuse is explained as far as it goes, and exits 1" {
  sed 's/"index": 0, "value": 1,/"index": 9, "value": 1,/' p.json > wrong.json
  run -1 "$ctl" explain wrong.json mount
  [[ $output == *'wrong.json:14:'*': error: '* ]]
  [[ $output == *'KILL_PROCESS'* ]]
  echo '{' > broken.json
  run -1 "$ctl" explain broken.json mount
  [[ $output == *'nothing can be said of its calls'* ]]
  run -1 --separate-stderr "$ctl" explain -o json broken.json mount
  [ "$(jq -c '[.kind, .results]' <<< "$output")" = '["Explanation",[]]' ]
}

@test "a profile of which libseccomp makes no filter is no wrong usage" {
  cat > refused.json <<'END'
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{ "names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 12345 }] }
END
  run -1 --separate-stderr "$ctl" explain refused.json read
  [ -z "$output" ]
  # shellcheck disable=SC2154 # bats sets it
  [[ $stderr == *'refused.json, with runc: libseccomp refuses a rule for bpf (Invalid argument): no container starts'* ]]
  run -1 --separate-stderr "$ctl" disasm refused.json
  [[ $stderr == *'refused.json, with crun: libseccomp refuses a rule for bpf'* ]]
  run -3 "$ctl" diff refused.json p.json
}

@test "a filter that does not do what the text says is shown to" {
  cat > conflict.json <<'END'
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [
    { "names": ["mount"], "action": "SCMP_ACT_LOG" },
    { "names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1 }
  ]
}
END
  run -1 "$ctl" explain conflict.json mount
  [[ $output == *'LOG: the call happens, and the kernel logs it'* ]]
  [[ $output == *'the text reads otherwise'* ]]
}

@test "json has each case with its place and an example" {
  explain -o json socket > out.json
  [ "$(jq -r '.apiVersion + " " + .kind' out.json)" = 'seccompd.dev/v1alpha1 Explanation' ]
  [ "$(jq -r '.results[0].ociRuntimes | join(",")' out.json)" = runc,crun ]
  [ "$(jq -r '.results[0].cases[1] | "\(.when) \(.action) \(.pointer) \(.line) \(.example.domain)"' out.json)" = \
    'domain is AF_INET SCMP_ACT_ALLOW /syscalls/2/names/0 15 0x2' ]
  [ "$(jq -r '.results[0].cases[-1] | "\(.otherwise) \(.errnoName) \(.decidedBy)"' out.json)" = 'true ENOSYS default' ]
}

@test "a profile comes from standard input as well" {
  run -0 bash -c "'$ctl' explain --arch x86_64 - mount < p.json"
  [[ $output == *'<stdin>:18:17: by the rule'* ]]
}

@test "colours are for terminals, or on demand" {
  run -0 explain mount
  [[ $output != *$'\033'* ]]
  run -0 explain --color=always mount
  [[ $output == *$'\033[31mKILL_PROCESS'* ]]
}
