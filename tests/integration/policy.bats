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
  echo 'kind: ProfileTest' > web.test.yaml
  run -2 "$ctl" test web.test.yaml
  [[ $output == *'apiVersion is to be seccompd.dev/v1alpha1'* ]]
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
  [[ $output == *'<testsuite name="web.test.yaml" tests="2" failures="1" skipped="0">'* ]]
  [[ $output == *'name="good #1 &lt;&amp;&gt;"'* ]]
  [[ $output == *'<failure message="web.test.yaml:5:'* ]]
  run -1 "$ctl" test -o json web.test.yaml
  [ "$(jq -r '.kind + " " + (.files[0].tests | map(.result) | join(","))' <<< "$output")" = 'ProfileTestReport passed,failed' ]
  run -1 "$ctl" test -q web.test.yaml
  [ -z "$output" ]
}
