#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fmt, merge, flatten and configmap: profiles made of profiles.

bats_require_minimum_version 1.5.0
load ../common.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  cd "$BATS_TEST_TMPDIR" || return
}

@test "fmt: the profiles of this repository are laid out" {
  run -0 "$ctl" fmt --check "$root/profiles"
  [ -z "$output" ]
}

@test "fmt: --check lists what is laid out otherwise and writes nothing; --write lays it out, once" {
  mkdir d && cp "$root/tests/data/examples/web.json" d/web.json && cp "$root/profiles/base/minimal.json" d/ok.json
  before=$(sha256sum d/*)
  run -1 "$ctl" fmt --check d
  [ "$output" = d/web.json ]
  [ "$(sha256sum d/*)" = "$before" ]
  chmod 0640 d/web.json
  run -0 "$ctl" fmt -w d
  [ "$output" = d/web.json ]
  [ "$(stat -c %a d/web.json)" = 640 ]
  [ "$(find d -type f | wc -l)" = 2 ]
  run -0 "$ctl" fmt -w d
  [ -z "$output" ]
}

@test "fmt: what is laid out means the same to the validator" {
  for file in "$root"/tests/data/valid/*.json; do
    "$ctl" fmt "$file" > laid-out.json
    diff <("$ctl" validate -o json "$file" | jq -S '[.files[].findings[] | {ruleId, message}] | sort') \
      <("$ctl" validate -o json laid-out.json | jq -S '[.files[].findings[] | {ruleId, message}] | sort')
    diff <(jq -S 'del(..|.names?)' "$file") <(jq -S 'del(..|.names?)' laid-out.json)
  done
}

@test "fmt: replaces what a link points to, not the link" {
  "$ctl" fmt "$root/tests/data/examples/web.json" | jq -c . > target.json
  ln -s target.json link.json
  run -0 "$ctl" fmt -w link.json
  [ -L link.json ]
  run -0 "$ctl" fmt --check target.json
}

@test "fmt: what is no JSON is refused, and stays as it is" {
  printf '{"defaultAction": "SCMP_ACT_ALLOW",}' > bad.json
  printf '{"a": 1, "A": 2}' > twice.json
  run -1 "$ctl" fmt -w bad.json twice.json
  [[ $output == *bad.json:1:36:*SCP003* ]]
  [[ $output == *twice.json:1:10:*SCP008* ]]
  [ "$(cat bad.json)" = '{"defaultAction": "SCMP_ACT_ALLOW",}' ]
}

@test "fmt: usage" {
  run -2 "$ctl" fmt
  run -2 "$ctl" fmt --check --write x.json
  run -2 "$ctl" fmt -w -
  cp "$root/tests/data/examples/web.json" a.json
  run -2 "$ctl" fmt a.json a.json
  run -3 "$ctl" fmt absent.json
  run -0 "$ctl" fmt - < a.json
}

@test "fmt: a directory that cannot be written to loses nothing" {
  if [ "$(id -u)" -ne 0 ]; then
    mkdir d && cp "$root/tests/data/examples/web.json" d && chmod 0555 d
  else
    mkdir d && mount -t tmpfs none d && cp "$root/tests/data/examples/web.json" d && mount -o remount,ro d
  fi
  run -3 "$ctl" fmt -w d/web.json
  cmp d/web.json "$root/tests/data/examples/web.json"
  [ "$(id -u)" -ne 0 ] || umount d
}

@test "merge: a base and an overlay, and what was decided" {
  cat > base.json << 'END'
{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "ptrace", "clone3"], "action": "SCMP_ACT_ALLOW"}]}
END
  cat > overlay.json << 'END'
{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
  {"names": ["write"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["ptrace"], "action": "SCMP_ACT_ERRNO"},
  {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}
END
  run -0 --separate-stderr "$ctl" merge base.json overlay.json
  [ "$(jq -c '.syscalls[0].names' <<< "$output")" = '["read","write"]' ]
  [ "$(jq -c '.syscalls[1]' <<< "$output")" = '{"names":["ptrace"],"action":"SCMP_ACT_ERRNO"}' ]
  [ "$(jq -c '.syscalls[2]' <<< "$output")" = '{"names":["clone3"],"action":"SCMP_ACT_ERRNO","errnoRet":38}' ]
  # shellcheck disable=SC2154 # bats sets it
  diff <(echo "$stderr") - << 'END'
overlay.json: added ALLOW: write
overlay.json: replaced ALLOW by ERRNO(ENOSYS): clone3
overlay.json: removed ALLOW: ptrace
END
  run -0 "$ctl" merge -o json base.json overlay.json
  [ "$(jq -c '[.kind, (.decisions | length), .profile.defaultAction]' <<< "$output")" = '["MergeReport",3,"SCMP_ACT_ERRNO"]' ]
  run -0 --separate-stderr "$ctl" merge -q base.json overlay.json
  [ -z "$stderr" ]
}

@test "merge: what an overlay changes in the head is said as well" {
  echo '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"]}' > base.json
  cat > overlay.json << 'END'
{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
 "flags": ["SECCOMP_FILTER_FLAG_LOG"]}
END
  run -0 --separate-stderr "$ctl" merge base.json overlay.json
  diff <(echo "$stderr") - << 'END'
overlay.json: added architectures: SCMP_ARCH_X32 SCMP_ARCH_X86
overlay.json: replaced the default ERRNO(EPERM) by ERRNO(ENOSYS)
overlay.json: added flags: SECCOMP_FILTER_FLAG_LOG
END
  run -0 "$ctl" merge -o json base.json overlay.json
  [ "$(jq -c '.decisions[] | [.decision, .key, .value, .from, .to]' <<< "$output" | sort)" = \
    '["added","architectures","SCMP_ARCH_X32",null,null]
["added","architectures","SCMP_ARCH_X86",null,null]
["added","flags","SECCOMP_FILTER_FLAG_LOG",null,null]
["replaced","defaultErrnoRet",null,"ERRNO(EPERM)","ERRNO(ENOSYS)"]' ]
}

@test "merge: with itself a profile stays what it is, also what runc makes of it" {
  # clone3 has the default action, and is the highest number that is named: runc counts it
  cat > a.json << 'END'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
  {"names": ["execve", "exit_group", "read"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["clone3"], "action": "SCMP_ACT_ERRNO"}]}
END
  for file in a.json "$root"/profiles/*/*.json; do
    run -0 --separate-stderr "$ctl" merge "$file" "$file"
    [ -z "$stderr" ]
    echo "$output" > merged.json
    run -0 --separate-stderr "$ctl" diff "$file" merged.json
    [ -z "$output" ]
  done
}

@test "merge: what does not go together is said" {
  echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}' > allow.json
  echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []}' > deny.json
  echo '{"defaultAction": "SCMP_ACT_DENY"}' > bad.json
  run -1 "$ctl" merge allow.json deny.json
  [[ $output == *"default actions differ: SCMP_ACT_ALLOW in allow.json, SCMP_ACT_ERRNO in deny.json;"* ]]
  run -1 "$ctl" merge deny.json bad.json
  [[ $output == *bad.json:1:19:*SCP005* ]]
  run -1 "$ctl" merge deny.json "$root/tests/data/examples/docker.json"
  [[ $output == *SCP009* ]]
  run -2 "$ctl" merge deny.json
  run -2 "$ctl" merge - - < deny.json
  run -3 "$ctl" merge deny.json absent.json
}

@test "flatten: Docker's dialect, and what was decided" {
  run -0 --separate-stderr "$ctl" flatten --kernel=5.10 --arch=x86_64 "$root/tests/data/examples/docker.json"
  [ "$(jq -c '[.defaultErrnoRet, .architectures]' <<< "$output")" = '[38,["SCMP_ARCH_X86_64","SCMP_ARCH_X86"]]' ]
  [ "$(jq '[.syscalls[].names[]] | index("bpf")' <<< "$output")" = null ]
  [ "$(jq '[.syscalls[] | keys[]] | index("includes")' <<< "$output")" = null ]
  [[ $stderr == *"dropped the rule for bpf and 2 more: only with CAP_SYS_ADMIN, which the container does not have"* ]]
  run -0 "$ctl" flatten -q --caps=sys_admin --kernel=4.7 --arch=x86_64 "$root/tests/data/examples/docker.json"
  [ "$(jq '[.syscalls[].names[]] | (index("bpf") != null) and (index("clone") == null)' <<< "$output")" = true ]
  [ "$(jq '[.syscalls[].names[]] | index("process_vm_readv")' <<< "$output")" = null ]
  run -0 --separate-stderr "$ctl" flatten --kernel=4.7 --arch=x86_64 "$root/tests/data/examples/docker.json"
  [[ $stderr == *'only on kernel 4.8 and newer; podman and CRI-O do not look at minKernel'* ]]
  run -0 "$ctl" flatten -o json "$root/tests/data/examples/docker.json"
  [ "$(jq -r '.kind' <<< "$output")" = FlattenReport ]
}

@test "flatten: the public profiles in Docker's dialect become profiles without conditions" {
  corpus=${SCD_CORPUS:-$root/../shared/corpus}
  [ -d "$corpus" ] || skip "no corpus of public profiles in $corpus"
  count=0
  for file in "$corpus"/*.json; do
    jq_true '[.. | objects | select(has("includes") or has("excludes") or has("archMap"))] | length > 0' "$file" > /dev/null 2>&1 || continue
    "$ctl" flatten -q --caps=default --kernel=5.10 --arch=x86_64 "$file" > flat.json 2> flat.err || { grep -q SCP0 flat.err && continue; }
    "$ctl" validate -o json flat.json > report.json || true
    [ "$(jq '[.files[].findings[] | select(.ruleId == "SCP009" or .ruleId == "SCP010" or .ruleId == "SCP011")] | length' report.json)" = 0 ]
    count=$((count + 1))
  done
  echo "$count profiles flattened"
  [ "$count" -ge 5 ]
}

# same_meaning DIR1 DIR2 LEAST: at least so many profiles can be compared, and none differs. Some are refused by runtimes.
same_meaning() {
  "$ctl" diff -o json "$1" "$2" > meaning.json 2> /dev/null || [ $? -eq 3 ] || jq '.profiles[] | select(.differences != [])' meaning.json
  [ "$(jq '[.profiles[] | select(.old and .new and .differences == [])] | length' meaning.json)" -ge "$3" ]
  [ "$(jq '[.profiles[] | select((.differences // []) != [])] | length' meaning.json)" -eq 0 ]
}

@test "fmt, merge: of the public profiles none gets another meaning, and both come to an end" {
  corpus=${SCD_CORPUS:-$root/../shared/corpus}
  [ -d "$corpus" ] || skip "no corpus of public profiles in $corpus"
  mkdir all formatted merged
  cp "$corpus"/*.json all && cp "$corpus"/*.json formatted && chmod -R u+w all formatted
  run "$ctl" fmt -w formatted # 1: some are no JSON
  [ "$(grep -c '^formatted/' <<< "$output")" -ge 50 ]
  run "$ctl" fmt --check formatted
  run ! grep -x 'formatted/[^ ]*json' <<< "$output"
  same_meaning all formatted 50
  for file in all/*.json; do
    "$ctl" merge "$file" "$file" > "merged/${file#all/}" 2> decisions || { rm "merged/${file#all/}" && continue; } # Docker's dialect
    [ ! -s decisions ]
  done
  same_meaning all merged 30
}

@test "flatten: usage" {
  run -2 "$ctl" flatten
  run -2 "$ctl" flatten --caps=CAP_SYS_ADMN "$root/tests/data/examples/docker.json"
  [[ $output == *"did you mean CAP_SYS_ADMIN?"* ]]
  run -2 "$ctl" flatten --kernel=new "$root/tests/data/examples/docker.json"
  run -2 "$ctl" flatten --arch=vax "$root/tests/data/examples/docker.json"
  run -3 "$ctl" flatten absent.json
  run -1 "$ctl" flatten - <<< '{'
}

@test "configmap: keys, items and the bytes of the profiles" {
  run -0 --separate-stderr "$ctl" configmap -o json "$root/profiles"
  echo "$output" > list.json
  [ "$(jq -r '.items[0].metadata.labels["seccompd.dev/profiles"]' list.json)" = true ]
  for file in "$root"/profiles/*/*.json; do
    name=${file#"$root"/profiles/}
    jq -j --arg key "${name//\//__}" '.items[0].data[$key]' list.json | cmp - "$file"
  done
  run -0 "$ctl" configmap --volume -o json "$root/profiles"
  [ "$(jq -r '.volumes[0].configMap.items[] | select(.key == "base__minimal.json").path' <<< "$output")" = base/minimal.json ]
}

@test "configmap: a flat directory needs no items" {
  mkdir d && cp "$root/tests/data/examples/profiles/"*.json d
  run -0 "$ctl" configmap d
  [[ $output == *"kind: ConfigMap"*"  web.json: |"* ]]
  [[ $output != *--volume* ]]
}

@test "configmap: the namespace may be left to others" {
  mkdir d && cp "$root/tests/data/examples/web.json" d
  run -0 "$ctl" configmap --namespace= -o json d
  jq_true '.items[0].metadata | .name == "seccompd-profiles" and (has("namespace") | not)' <<< "$output"
  run -0 "$ctl" configmap --namespace="$(printf 'n%.0s' {1..63})" -o json d
}

@test "configmap: over 1 MiB it becomes several, joined by a projected volume" {
  mkdir d
  for i in 1 2 3; do
    { printf '{"defaultAction":"SCMP_ACT_ALLOW","_":"'; head -c 400000 /dev/zero | tr '\0' x; printf '"}\n'; } > "d/$i.json"
  done
  run -0 --separate-stderr "$ctl" configmap -o json --hash d
  [ "$(jq '[.items[].data | length] | @json' <<< "$output")" = '"[2,1]"' ]
  [[ $stderr == *"--server-side"* ]]
  names=$(jq -c '[.items[].metadata.name]' <<< "$output")
  [[ $names == *seccompd-profiles-1-*seccompd-profiles-2-* ]]
  run -0 "$ctl" configmap -o json --hash --volume d
  [ "$(jq -c '[.volumes[0].projected.sources[].configMap.name]' <<< "$output")" = "$names" ]
}

@test "configmap: what cannot go into one is refused" {
  mkdir d empty
  cp "$root/tests/data/examples/web.json" d/.hidden.json
  run -1 "$ctl" configmap d
  [[ $output == *"d/.hidden.json: seccompd installs no profile of this name"* ]]
  rm d/.hidden.json
  run -3 "$ctl" configmap empty
  run -2 "$ctl" configmap "$root/tests/data/examples/web.json"
  [[ $output == *"not a directory"* ]]
  run -3 "$ctl" configmap gone
  [[ $output == *"open 'gone': No such file or directory"* ]]
  printf '{"a":"\xff"}' > d/bytes.json
  run -1 "$ctl" configmap d
  [[ $output == *"not UTF-8"* ]]
  rm d/bytes.json && mkdir d/a && echo '{}' > d/a/b.json && echo '{}' > d/a__b.json
  run -1 "$ctl" configmap d
  [[ $output == *"same key"* ]]
  run -2 "$ctl" configmap
  run -2 "$ctl" configmap --name=Not_A_Name d
  run -2 "$ctl" configmap --namespace="$(printf 'n%.0s' {1..64})" d
  [[ $output == *'over 63 letters' ]]
}
