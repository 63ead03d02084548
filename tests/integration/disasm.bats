#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl disasm`, the program.

bats_require_minimum_version 1.5.0

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  web=$root/tests/data/examples/web.json
  cd "$BATS_TEST_TMPDIR" || return
  cat > stub.json <<'END'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "architectures": ["SCMP_ARCH_X86_64"],
  "syscalls": [
    { "names": ["read", "exit_group"], "action": "SCMP_ACT_ALLOW" },
    { "names": ["socket"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 0, "value": 2, "op": "SCMP_CMP_EQ" },
               { "index": 1, "value": 15, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ" }] }
  ]
}
END
}

@test "a program is listed with sections, calls, actions and targets" {
  run -0 "$ctl" disasm --arch x86_64 "$web"
  [[ ${lines[0]} == 'runc and crun on x86_64: '*' instructions' ]]
  [ "${lines[2]}" = '    1  jeq #0xc000003e, 2, 13          arch = x86_64? 2 : 13' ]
  [ "${lines[3]}" = 'x86_64:' ]
  [[ $output == *'jeq #0xf6, 20, 6                nr = kexec_load? 20 : 6'* ]]
  [[ $output == *'nr = init_module of x32? '* ]]
  [[ $output == *'x86:'$'\n'* ]]
  [[ $output == *'ret #0x50001                    ERRNO(EPERM)'* ]]
}

@test "conditions have the names of arguments and values" {
  run -1 "$ctl" disasm --arch x86_64 --oci-runtime crun stub.json
  [[ $output == *'domain = AF_INET? '* ]]
  [[ $output == *'type & SOCK_TYPE_MASK = SOCK_STREAM? '* ]]
  [[ $output == *'domain.high = 0x0? '* ]]
}

@test "the stub of runc is in front, and only there" {
  run -1 "$ctl" disasm --arch x86_64 --oci-runtime runc stub.json
  [[ $output == *"are runc's stub"* ]]
  [[ $output == *$'\n''filter:'$'\n'* ]]
  run -1 "$ctl" disasm --arch x86_64 --oci-runtime crun stub.json
  [[ $output != *stub\'* ]]
  [[ $output != *'filter:'* ]]
}

@test "json has every instruction, raw its bytes" {
  "$ctl" disasm --arch x86_64 -o json "$web" > out.json
  [ "$(jq -r '.kind' out.json)" = Disassembly ]
  [ "$(jq '.programs | length' out.json)" -eq 1 ]
  [ "$(jq -r '.programs[0].instructions[1] | "\(.code) \(.jt) \(.jf) \(.k) \(.text)"' out.json)" = \
    '21 0 11 3221225534 jeq #0xc000003e, 2, 13' ]
  "$ctl" disasm --arch x86_64 -o raw "$web" > out.bpf
  [ "$(stat -c %s out.bpf)" -eq $((8 * $(jq '.programs[0].instructions | length' out.json))) ]
  [ "$(od -An -tx1 -N8 out.bpf | tr -d ' ')" = 2000000004000000 ]
}

@test "raw is one program or none" {
  run -2 "$ctl" disasm -o raw --arch x86_64 --arch aarch64 "$web"
  [[ $output == *'-o raw is for one --arch'* ]]
  run -2 bash -c "'$ctl' disasm -o raw --arch x86_64 '$root/profiles/base/minimal.json' | cat > /dev/null; exit \${PIPESTATUS[0]}"
  [[ $output == *'choose one with --oci-runtime'* ]]
}

@test "what cannot be compiled is said" {
  echo '{' > broken.json
  run -1 "$ctl" disasm broken.json
  [[ $output == *'broken.json:2:1: error: '* ]]
  run -2 "$ctl" disasm
  run -3 "$ctl" disasm no-such-file.json
}
