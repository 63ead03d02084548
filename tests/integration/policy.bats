#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl test`, the program, and the tests of the profile library.

bats_require_minimum_version 1.5.0
load lib.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=$B/seccompctl
  cd "$BATS_TEST_TMPDIR" || return
  cat > web.json <<'END'
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
  "syscalls": [
    { "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13 },
    { "names": ["sync"], "action": "SCMP_ACT_KILL_PROCESS" },
    { "names": ["unshare"], "action": "SCMP_ACT_ERRNO",
      "args": [{ "index": 0, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ" }] }
  ]
}
END
}

# Tests of web.json, from standard input.
write() {
  { printf 'apiVersion: seccompd.dev/v1alpha1\nkind: ProfileTest\ntests:\n'; cat; } > web.test.yaml
}

can_confine() {
  printf '  - { name: a, run: ["true"] }\n' | write
  "$ctl" test -q web.test.yaml || skip_or_fail "this environment does not load filters"
}

@test "every profile of the library passes the tests beside it" {
  can_confine
  for profile in "$root"/profiles/*/*.json; do [ -e "${profile%.json}.test.yaml" ]; done
  run -0 "$ctl" test "$root/profiles"
  [[ ${lines[-1]} == *' 0 failed' ]]
}

@test "a call is judged on every architecture and for every runtime" {
  write <<'END'
  - name: directories
    expect: ERRNO(EACCES)
    calls: [mkdirat, mkdir]
  - name: the rest
    expect: ALLOW
    calls: [read, "openat(flags=O_WRONLY|O_CREAT)", "165"]
END
  run -0 "$ctl" test web.test.yaml
  [ "${lines[0]}" = web.test.yaml ]
  [ "${lines[1]}" = '  ok    directories' ]
  # mkdirat on two, mkdir on x86_64 alone; three calls on two; all with runc, both kinds or not, and crun
  [[ ${lines[-1]} == '1 file, 2 tests, '*' checks: 2 passed, 0 failed' ]]
}

@test "a call that can be made through socketcall is judged there as well" {
  cat > web.json <<'END'
{ "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [
  { "names": ["send", "mkdir"], "action": "SCMP_ACT_ERRNO" },
  { "names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": [{ "index": 0, "value": 40, "op": "SCMP_CMP_EQ" }] }] }
END
  write <<'END'
  - { name: other sockets, expect: ALLOW, calls: [socket(domain=AF_UNIX)] }
  - { name: without a number of its own, expect: DENY, architectures: [x86], calls: [send] }
  - { name: nor there, expect: DENY, architectures: [x86_64], calls: [send] }
END
  run -1 "$ctl" test web.test.yaml
  [ "${lines[1]}" = '  FAIL  other sockets' ]
  [[ ${lines[2]} == *'socket(domain=AF_UNIX) as socketcall(call = SYS_SOCKET) on x86, with runc and crun, is not ALLOW:' ]]
  [ "${lines[3]}" = '          ERRNO(EPERM), by web.json:3:15' ]
  [ "${lines[4]}" = '  ok    without a number of its own' ]
  [[ $output == *'x86_64 has no system call send'* ]]
}

@test "what fails says where, on what, and which rule decided" {
  write <<'END'
  - name: namespaces
    expect: ALLOW
    calls: [unshare]
END
  run -1 "$ctl" test web.json
  [ "${lines[1]}" = '  FAIL  namespaces' ]
  [ "${lines[2]}" = '        web.test.yaml:6:13: unshare on x86_64, with runc and crun, is not ALLOW:' ]
  [ "${lines[3]}" = '          ERRNO(EPERM) if flags has CLONE_NEWUSER, by web.json:7:17' ]
  [[ ${lines[4]} == *'unshare on aarch64, with runc and crun,'* ]]
  [ "${lines[-1]}" = '1 file, 1 test, 4 checks: 0 passed, 1 failed' ]
}

@test "arguments that are given narrow a test down" {
  write <<'END'
  - { name: without, expect: ALLOW, calls: ["unshare(flags=CLONE_NEWNS)"] }
  - { name: with, expect: DENY, calls: ["unshare(flags=CLONE_NEWNS|CLONE_NEWUSER)"] }
  - { name: any errno, expect: ERRNO, calls: [mkdirat] }
  - { name: short, expect: EACCES, calls: [mkdirat] }
  - { name: one architecture, expect: KILL_PROCESS, calls: [sync], architectures: [aarch64], ociRuntimes: [crun] }
END
  run -0 "$ctl" test web.test.yaml
  [[ ${lines[-1]} == '1 file, 5 tests, '*': 5 passed, 0 failed' ]]
}

@test "a call that no architecture has fails; one that the test names has to be there" {
  write <<'END'
  - { name: a, expect: ALLOW, calls: [mmap2] }
  - { name: b, expect: ALLOW, calls: [mkdir], architectures: [aarch64] }
END
  run -1 "$ctl" test web.test.yaml
  [[ $output == *'mmap2: none of the architectures has it'* ]]
  [[ $output == *'aarch64 has no system call mkdir'* ]]
}

@test "a command runs under the profile" {
  can_confine
  write <<'END'
  - name: a shell
    run: [sh, -c, "echo hidden; exit 7"]
    exit: 7
  - name: no directory is made
    run: [mkdir, new]
    exit: 1
  - name: sync dies
    run: [sync]
    signal: SIGSYS
END
  run -0 "$ctl" test web.test.yaml
  [[ $output != *hidden* ]]
  [ ! -e new ]
}

# Whether a command can be followed: ptrace_scope 3 and some sandboxes forbid it.
can_trace() {
  can_confine
  "$ctl" run web.json -- true 2> /dev/null || skip_or_fail "this environment does not trace"
}

@test "what a command is denied is exactly, or at least, what its test says" {
  can_trace
  write <<'END'
  - { name: nothing, run: [sh, -c, "true; echo hidden"], denied: [] }
  - { name: one, run: [mkdir, new], exit: 1, denied: [mkdir] }
  - { name: in a child, run: [sh, -c, "mkdir new; (sync); true"], denied: [sync, "83"] }
  - { name: it dies, run: [sync], signal: SIGSYS, denied: [sync] }
  - { name: the others do not matter, run: [sh, -c, "mkdir new; (sync); true"], deniedAtLeast: [sync] }
END
  [ "$(uname -m)" = x86_64 ] || skip_or_fail "mkdir is call 83 of x86_64"
  run -0 "$ctl" test web.test.yaml
  [[ $output != *hidden* ]]
  [[ ${lines[-1]} == '1 file, 5 tests, '*': 5 passed, 0 failed' ]]
  [ ! -e new ]
}

@test "a difference names the calls that were denied and those that were not" {
  can_trace
  write <<'END'
  - { name: more, run: [sh, -c, "mkdir new; true"], denied: [] }
  - { name: other, run: [sh, -c, "mkdir new; true"], denied: [sync] }
  - { name: less, run: ["true"], deniedAtLeast: [sync, mkdir] }
  - { name: the end as well, run: [mkdir, new], denied: [] }
END
  run -1 "$ctl" test web.test.yaml
  [[ ${lines[-1]} == *': 0 passed, 4 failed' ]]
  [[ ${lines[2]} == '        web.test.yaml:4:5: sh under the filter of '*' was denied otherwise:' ]]
  [[ ${lines[3]} == '          denied, which is not expected: mkdir, 1 time, by ERRNO(EACCES): mkdir("new", '* ]]
  [[ $output == *'expected, but not denied: sync (line 5)'* ]]
  [[ $output == *'expected, but not denied: mkdir (line 6)'* ]]
  [[ $output == *'mkdir under the filter of '*' ended with exit status 1'* ]]
  [[ $output == *'  | mkdir: cannot create directory'* ]]
}

@test "where nothing can be traced it is trouble, and no failure" {
  can_trace
  cat > untraced.json <<'END'
{ "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [{ "names": ["ptrace"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1 }] }
END
  export ASAN_OPTIONS=detect_leaks=0 # the search for leaks needs ptrace, too
  write <<<'  - { name: a, run: ["true"], denied: [] }'
  run -3 "$ctl" run untraced.json -- "$ctl" test web.test.yaml
  [[ $output == *'cannot follow process '*' traces it already '* ]]
  write <<<'  - { name: a, run: ["true"] }'
  run -0 "$ctl" run untraced.json -- "$ctl" test web.test.yaml
}

@test "a watched command that takes too long is killed with what it started" {
  can_trace
  write <<'END'
  - { name: a, run: [sh, -c, "sleep 61 & echo $! > pid; wait"], timeout: 2, denied: [] }
END
  run -1 "$ctl" test web.test.yaml
  [[ $output == *'took too long'* ]]
  pid=$(< pid)
  for _ in {1..100}; do
    [ -e "/proc/$pid" ] || return 0
    grep -q '^State:.Z' "/proc/$pid/status" && return 0
    sleep 0.1
  done
  false
}

@test "a command that ends otherwise is shown with its output" {
  can_confine
  write <<'END'
  - { name: a, run: [sh, -c, "echo seen; mkdir new"] }
  - { name: b, run: [sync] }
  - { name: c, run: [no-such-program] }
  - { name: d, run: [sleep, "60"], timeout: 1 }
END
  run -1 "$ctl" test web.test.yaml
  [[ $output == *'ended with exit status 1'* ]]
  [[ $output == *'  | seen'* ]]
  [[ $output == *'Permission denied'* ]]
  [[ $output == *'died of SIGSYS'* ]]
  [[ $output == *'no-such-program'* ]]
  [[ $output == *'took too long'* ]]
}

@test "what is wrong with a file is said with its place" {
  write <<<'  - { name: a, expcet: ALLOW, calls: [read] }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'web.test.yaml:4:16: unknown key "expcet"; did you mean expect?'* ]]
  write <<<'  - { name: a, expect: ALOW, calls: [read] }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'web.test.yaml:4:24: expect: "ALOW" is not an action; did you mean ALLOW?'* ]]
  write <<<'  - { name: a, expect: ALLOW, calls: ["socket(domain=AF_INT)"] }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'web.test.yaml:4:39: calls: "AF_INT" is not a known value; did you mean AF_INET?'* ]]
  write <<<'  - { name: a, expect: ALLOW }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'a test has either expect and calls, or run'* ]]
  write <<<'  - { name: a, expect: ALLOW, calls: [read], exit: 1 }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'exit belongs to run'* ]]
  write <<<'  - { name: a, run: [x], exit: 1, signal: SIGSYS }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'exclude each other'* ]]
  write <<<'  - { name: a, run: [x], denied: mkdir }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'web.test.yaml:4:34: denied is to be a list'* ]]
  write <<<'  - { name: a, run: [x], denied: [mkdri] }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'web.test.yaml:4:35: denied: "mkdri" is not a system call that libseccomp knows; did you mean mkdir?'* ]]
  write <<<'  - { name: a, run: [x], denied: ["socket(domain=AF_INET)"] }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'denied: calls stand without arguments here'* ]]
  write <<<'  - { name: a, run: [x], deniedAtLeast: [] }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'deniedAtLeast is to be a list of at least one'* ]]
  write <<<'  - { name: a, run: [x], denied: [], deniedAtLeast: [sync] }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'denied and deniedAtLeast exclude each other'* ]]
  write <<<'  - { name: a, expect: ALLOW, calls: [read], denied: [] }'
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'denied belongs to run'* ]]
  echo 'kind: ProfileTest' > web.test.yaml
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'apiVersion is to be seccompd.dev/v1alpha1'* ]]
}

@test "what is wrong with one file of tests stops no other" {
  write <<<'  - { name: a, expect: ALLOW, calls: [read] }'
  echo 'kind: x' > bad.test.yaml
  { echo 'profile: none.json'; cat web.test.yaml; } > gone.test.yaml
  { echo 'profile: bad.json'; cat web.test.yaml; } > refused.test.yaml
  sed 's/"errnoRet": 13/"errnoRet": 12345/' web.json > bad.json
  run -2 --separate-stderr "$ctl" test bad.test.yaml web.test.yaml
  [ "${lines[1]}" = '  ERROR bad.test.yaml:1:1: apiVersion is to be seccompd.dev/v1alpha1' ]
  [ "${lines[3]}" = '  ok    a' ]
  [ "${lines[4]}" = '2 files, 1 test, 4 checks: 1 passed, 0 failed, 1 file could not be run' ]
  # shellcheck disable=SC2154 # bats sets it
  [[ $stderr == *'apiVersion is to be'* ]]
  run -3 --separate-stderr "$ctl" test .
  [[ $output == *"open './none.json': No such file"* ]]
  [[ $output == *'./bad.json: libseccomp refuses a rule for mkdir'* ]]
  [[ ${lines[-1]} == '4 files, 1 test, '*', 3 files could not be run' ]]
  run -3 --separate-stderr "$ctl" test -o tap .
  [ "${lines[1]}" = 1..4 ]
  [ "$(grep -c '^not ok .*: could not be run$' <<< "$output")" -eq 3 ]
  run -3 --separate-stderr "$ctl" test -o junit .
  [[ $output == *'tests="4" failures="0" errors="3"'* ]]
  run -3 --separate-stderr "$ctl" test -o json .
  [ "$(jq -c '[.passed, .failed, .errors, ([.files[] | has("error")] | sort)]' <<< "$output")" = '[1,0,3,[false,true,true,true]]' ]
  run -3 "$ctl" test -q .
  run -3 "$ctl" test no-such.test.yaml web.test.yaml
  [[ $output == *'  ok    a'* ]]
}

@test "tests can be chosen by name" {
  write <<'END'
  - { name: one thing, expect: ALLOW, calls: [read] }
  - { name: another thing, expect: DENY, calls: [mkdir] }
  - { name: wrong, expect: DENY, calls: [read] }
END
  run -0 "$ctl" test --filter '^(one|another) ' web.test.yaml
  [ "${#lines[@]}" -eq 4 ]
  cp web.test.yaml other.test.yaml && cp web.json other.json
  sed -i 's/one thing/only here/' other.test.yaml
  run -0 "$ctl" test --filter 'only' web.test.yaml other.test.yaml
  [ "${lines[0]}" = other.test.yaml ]
  run -1 "$ctl" test --filter wrong -o tap web.test.yaml
  [ "${lines[1]}" = 1..1 ]
  run -2 "$ctl" test --filter nothing web.test.yaml
  [[ $output == *"no test has a name like 'nothing'"* ]]
  run -2 "$ctl" test --filter '(' web.test.yaml
}

@test "a test that is skipped says why, in TAP on its line" {
  [ "$(uname -m)" = x86_64 ] || skip "the architecture is to be another"
  write <<<'  - { name: a, run: ["true"], architectures: [aarch64] }'
  run -0 "$ctl" test -o tap web.test.yaml
  [ "${lines[2]}" = 'ok 1 - web.test.yaml: a # SKIP a command of another architecture' ]
}

@test "trouble is told from failure" {
  run -3 "$ctl" test no-such.test.yaml
  mkdir empty
  run -3 "$ctl" test empty
  write <<<'  - { name: a, expect: ALLOW, calls: [read] }'
  rm web.json
  run -3 "$ctl" test web.test.yaml
  run -2 "$ctl" test
}

@test "tests beside profiles are no profiles to the other commands" {
  write <<<'  - { name: a, expect: ALLOW, calls: [read] }'
  mkdir d && mv web.json web.test.yaml d
  run -0 "$ctl" fmt d
  [[ $output == *defaultAction* ]]
  run -0 "$ctl" configmap d
  [[ $output != *ProfileTest* ]]
  run -0 "$ctl" validate d
  run -0 "$ctl" diff d d
}

@test "the profile can stand elsewhere" {
  mkdir tests profiles
  mv web.json profiles/other.json
  write <<<'  - { name: a, expect: ALLOW, calls: [read] }'
  { echo 'profile: ../profiles/other.json'; cat web.test.yaml; } > tests/any.test.yaml
  run -0 "$ctl" test tests
  [ "${lines[0]}" = tests/any.test.yaml ]
}

@test "TAP, JUnit and json say the same" {
  write <<'END'
  - { name: "good #1 <&>", expect: ALLOW, calls: [read] }
  - { name: bad, expect: ALLOW, calls: [sync] }
END
  run -1 "$ctl" test -o tap web.test.yaml
  [ "${lines[1]}" = 1..2 ]
  [ "${lines[2]}" = 'ok 1 - web.test.yaml: good _1 <&>' ]
  [ "${lines[3]}" = 'not ok 2 - web.test.yaml: bad' ]
  [[ ${lines[4]} == '# web.test.yaml:5:'* ]]
  run -1 "$ctl" test -o junit web.test.yaml
  [[ $output == *'<testsuite name="web.test.yaml" tests="2" failures="1" errors="0" skipped="0" time="0">'* ]]
  [[ $output == *'name="good #1 &lt;&amp;&gt;"'* ]]
  [[ $output == *'<failure message="web.test.yaml:5:'* ]]
  run -1 "$ctl" test -o json web.test.yaml
  [ "$(jq -r '.kind + " " + (.files[0].tests | map(.result) | join(","))' <<< "$output")" = 'ProfileTestReport passed,failed' ]
  run -1 "$ctl" test -q web.test.yaml
  [ -z "$output" ]
}
