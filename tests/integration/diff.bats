#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl diff`, the program.

bats_require_minimum_version 1.5.0

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  cd "$BATS_TEST_TMPDIR" || return
  write old.json 1
}

# write FILE ERRNO [RULE...]: a profile of x86_64 that denies mount.
write() {
  local file=$1 errno=$2 rule
  shift 2
  {
    echo '{ "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": ['
    for rule in "$@"; do echo "$rule,"; done
    echo "{ \"names\": [\"mount\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": $errno } ] }"
  } > "$file"
}

deny() { printf '{ "names": ["%s"], "action": "SCMP_ACT_ERRNO", "args": [%s] }' "$1" "${2:-}"; }

@test "the same meaning in other words is no difference" {
  cat > new.json <<'END'
{"syscalls":[{"action":"SCMP_ACT_ERRNO","names":["mount"]}],"architectures":["SCMP_ARCH_X86_64"],
 "defaultAction":"SCMP_ACT_ALLOW"}
END
  run -0 "$ctl" diff old.json new.json
  [ -z "$output" ]
}

@test "each call that is treated otherwise is listed, with its direction" {
  write new.json 13 "$(deny bpf)"
  run -1 "$ctl" diff old.json new.json
  [ "${lines[0]}" = 'old.json → new.json' ]
  [ "${lines[1]}" = 'x86_64, with runc and crun: 1 more restricted, 1 fail otherwise' ]
  [ "${lines[2]}" = '  + bpf                    ALLOW → ERRNO(EPERM)' ]
  [ "${lines[3]}" = '  ~ mount                  ERRNO(EPERM) → ERRNO(EACCES)' ]
  [ "${#lines[@]}" -eq 4 ]
  run -1 "$ctl" diff new.json old.json
  [ "${lines[2]}" = '  - bpf                    ERRNO(EPERM) → ALLOW' ]
}

@test "a change under conditions says which" {
  write new.json 1 "$(deny unshare '{ "index": 0, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ" }')"
  run -1 "$ctl" diff old.json new.json
  [ "${lines[2]}" = '  + unshare                ALLOW → ERRNO(EPERM)  if flags has CLONE_NEWUSER' ]
  write a.json 1 "$(deny socket '{ "index": 0, "value": 40, "op": "SCMP_CMP_EQ" }')"
  write b.json 1 "$(deny socket '{ "index": 0, "value": 38, "op": "SCMP_CMP_EQ" }')"
  run -1 "$ctl" diff a.json b.json
  [ "${lines[1]}" = 'x86_64, with runc and crun: 1 less restricted, 1 more restricted' ]
  [ "${lines[2]}" = '  - socket                 ERRNO(EPERM) → ALLOW  if domain is AF_VSOCK' ] # comes first
  [ "${lines[3]}" = '  + socket                 ALLOW → ERRNO(EPERM)  if domain is AF_ALG' ]
}

@test "the words for a condition are short, and the same whatever the order of the rules" {
  inet=$(deny socket '{ "index": 0, "value": 2, "op": "SCMP_CMP_EQ" }')
  netlink=$(deny socket '{ "index": 0, "value": 16, "op": "SCMP_CMP_EQ" }')
  write a.json 1 "$inet" "$netlink"
  write b.json 1 "$netlink" "$inet"
  run -0 "$ctl" diff a.json b.json
  for file in a b; do
    sed 's/SCMP_ACT_ALLOW/SCMP_ACT_LOG/' $file.json > log.json
    run -1 "$ctl" diff $file.json log.json
    [[ $output == *'+ socket                 ALLOW → LOG  if domain is none of AF_INET, AF_NETLINK'$'\n'* ]]
    run -1 "$ctl" diff old.json $file.json
    [[ $output == *'+ socket                 ALLOW → ERRNO(EPERM)  if domain is AF_INET or AF_NETLINK' ]]
  done
}

@test "a difference that no name has is found: the default, and the stub of runc" {
  sed 's/SCMP_ACT_ALLOW/SCMP_ACT_LOG/' old.json > new.json
  run -1 "$ctl" diff old.json new.json
  [[ $output == *'+ read '*'ALLOW → LOG'* ]]
  [[ $output == *'calls without a name, such as '*'ALLOW → LOG'* ]]
  for name in write close_range; do
    cat > $name.json <<END
{ "defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"],
  "syscalls": [{ "names": ["$name", "write"], "action": "SCMP_ACT_ALLOW" }] }
END
  done
  run -1 "$ctl" diff --oci-runtime runc write.json close_range.json
  [[ $output == *'mount '*'ERRNO(ENOSYS) → ERRNO(EPERM)'* ]]
}

@test "an architecture that comes or goes is one line" {
  sed 's/"SCMP_ARCH_X86_64"/"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"/' old.json > new.json
  run -1 "$ctl" diff old.json new.json
  [ "${lines[1]}" = 'x86, with runc and crun: 1 less restricted' ]
  [ "${lines[2]}" = '  - the architecture, now listed KILL_THREAD → ALLOW and what else the profile says' ]
  run -1 "$ctl" diff new.json old.json
  [ "${lines[2]}" = '  + the architecture, no longer listed ALLOW → KILL_THREAD' ]
}

@test "a profile that lists no architecture is compared as this machine has it" {
  [ "$(uname -m)" = x86_64 ] || skip "open is a call of x86_64"
  echo '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{ "names": ["open"], "action": "SCMP_ACT_ERRNO" }] }' > any.json
  echo '{ "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_AARCH64"] }' > arm.json
  run -1 "$ctl" diff --ceiling any.json arm.json
  [[ $output == *'- open '* ]]
}

@test "an architecture that comes with calls that some arguments let happen is above the ceiling" {
  cat > a.json <<'END'
{ "defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
  { "names": ["prctl"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 3, "op": "SCMP_CMP_EQ" }] }] }
END
  sed 's/"SCMP_ARCH_X86_64"/"SCMP_ARCH_X86_64", "SCMP_ARCH_X32"/' a.json > b.json
  run -1 --separate-stderr "$ctl" diff --ceiling a.json b.json
  [ "${lines[1]}" = 'x32, with runc and crun: 1 less restricted' ]
  [[ ${lines[2]} == *'KILL_THREAD → ALLOW'* ]]
  run -0 --separate-stderr "$ctl" diff --ceiling b.json a.json
}

@test "calls through socketcall are compared as well" {
  sed 's/"SCMP_ARCH_X86_64"/"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"/' old.json > a.json
  write new.json 1 "$(deny socket)"
  sed 's/"SCMP_ARCH_X86_64"/"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"/' new.json > b.json
  run -1 "$ctl" diff --arch x86 a.json b.json
  [[ $output == *'+ socketcall             ALLOW → ERRNO(EPERM)  if call is SYS_SOCKET'* ]]
  [[ $output == *'+ socket '* ]]
}

@test "a ceiling is broken only by what lets more happen" {
  write stricter.json 13 "$(deny bpf)"
  run -0 "$ctl" diff --ceiling old.json stricter.json
  run -1 "$ctl" diff --ceiling stricter.json old.json
  [ "${lines[2]}" = '  - bpf                    ERRNO(EPERM) → ALLOW' ]
  [ "${#lines[@]}" -eq 3 ] # and not mount, which only fails otherwise
  run -1 "$ctl" diff --ceiling stricter.json stricter.json old.json
}

@test "directories are compared by name" {
  mkdir -p a/sub b/sub
  cp old.json a/same.json && cp old.json b/same.json
  cp old.json a/sub/p.json && write b/sub/p.json 13
  cp old.json a/gone.json && cp old.json b/came.json
  run -1 "$ctl" diff a b
  [[ $output == *'a/gone.json: removed'* ]]
  [[ $output == *'a/sub/p.json → b/sub/p.json'* ]]
  [[ $output == *'b/came.json: added'* ]]
  [[ $output != *same.json* ]]
  run -2 "$ctl" diff a old.json
  run -0 "$ctl" diff --ceiling old.json b
}

@test "what is wrong with one profile of a directory stops no other" {
  mkdir a b
  cp old.json a/1.json && echo '{' > b/1.json
  cp old.json a/2.json && ln -s "$PWD/old.json" b/2.json
  cp old.json a/3.json && write b/3.json 13
  cp old.json b/4.json
  run -3 --separate-stderr "$ctl" diff a b
  [ "${lines[0]}" = 'a/3.json → b/3.json' ]
  [ "${lines[-1]}" = 'b/4.json: added' ]
  [[ $output != *2.json* ]]
  # shellcheck disable=SC2154 # bats sets it
  [[ $stderr == *'b/1.json: not a profile'* && $stderr == *'symbolic link'* ]]
  run -3 --separate-stderr "$ctl" diff -o json a b
  [ "$(jq -c '.profiles[] | [.old, .new, .change, .error, (.differences | length > 0)]' <<< "$output")" = \
    '["a/1.json","b/1.json",null,"b/1.json: not a profile",false]
["a/3.json","b/3.json",null,null,true]
[null,"b/4.json","added",null,false]' ]
}

@test "a directory without profiles is trouble, and below no ceiling" {
  mkdir a empty yaml && cp old.json a && echo 'a: 1' > yaml/x.yaml
  for none in empty yaml; do
    run -3 "$ctl" diff a $none
    [[ $output == *"no *.json file below '$none'"* && $output == *'a/old.json: removed'* ]]
    run -3 "$ctl" diff $none $none
    run -3 "$ctl" diff --ceiling old.json $none
    run -3 "$ctl" fmt --check $none
  done
  cp old.json empty/other.json
  run -1 "$ctl" diff --ceiling a empty
  [ "$output" = 'empty/other.json: a has no profile of this name' ]
}

@test "json has every difference" {
  write new.json 13 "$(deny unshare '{ "index": 0, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ" }')"
  run -1 "$ctl" diff -o json old.json new.json
  [ "$(jq -r '.apiVersion + " " + .kind' <<< "$output")" = 'seccompd.dev/v1alpha1 ProfileDiff' ]
  [ "$(jq -r '.profiles[0].differences[] | select(.ociRuntime == "crun" and .syscall == "unshare")
       | "\(.architecture) \(.when) \(.old.action) \(.new.errnoName) \(.change)"' <<< "$output")" = \
    'x86_64 flags has CLONE_NEWUSER SCMP_ACT_ALLOW EPERM stricter' ]
}

@test "quiet, usage and trouble" {
  write new.json 13
  run -1 "$ctl" diff -q old.json new.json
  [ -z "$output" ]
  run -2 "$ctl" diff old.json
  run -2 "$ctl" diff --ceiling old.json
  run -3 "$ctl" diff old.json no-such-file.json
  run -2 "$ctl" diff - - < old.json
  [[ $output == *'standard input can be read once'* ]]
  run -2 "$ctl" diff --ceiling - - < old.json
  cp old.json same.json
  run -0 "$ctl" diff - old.json < same.json
  echo '{' > broken.json
  run -3 "$ctl" diff old.json broken.json
}

# A repository with old.json as web.json, whose diffs this program makes; commit it with `commit`.
repository() {
  export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
  export GIT_{AUTHOR,COMMITTER}_NAME=test GIT_{AUTHOR,COMMITTER}_EMAIL=test@localhost
  git init -q repository
  cd repository || return
  git config diff.seccomp.command "'$ctl' diff --git"
  echo '*.json diff=seccomp' > .gitattributes
  cp ../old.json web.json
  commit
}

commit() { git add -A && git commit -qm commit; }

@test "git shows what a commit changes in meaning" {
  repository
  write web.json 13 "$(deny bpf)"
  run -0 git diff
  [ "${lines[0]}" = 'a/web.json → b/web.json' ]
  [[ $output == *$'\n  + bpf                    ALLOW → ERRNO(EPERM)'* ]]
  [[ $output == *$'\n  ~ mount                  ERRNO(EPERM) → ERRNO(EACCES)'* ]]
  commit
  run -0 git log -1 -p --ext-diff --format=%s
  [[ $output == *'+ bpf '* ]]
}

@test "git shows what is new, gone, renamed, equal, broken and not merged, each to the end" {
  repository
  for name in gone broken reads; do
    write "$name.json" 1 "$(deny "$([ "$name" = gone ] && echo bpf || echo read)")"
  done
  commit
  base=$(git rev-parse HEAD)
  rm gone.json
  echo '{' > broken.json
  echo '{}' > came.json
  git mv web.json moved.json
  echo >> moved.json
  echo >> reads.json
  commit
  run -0 --separate-stderr git diff -M "$base" HEAD
  # shellcheck disable=SC2154 # of --separate-stderr
  [[ $stderr == *'b/broken.json: not a profile'* ]]
  [[ $output == *'b/came.json: added'* ]]
  [[ $output == *'a/gone.json: removed'* ]]
  [[ $output == *$'a/web.json → b/moved.json\nno difference in meaning'* ]]
  [[ $output == *$'a/reads.json → b/reads.json\nno difference in meaning'* ]]

  git checkout -q -b other "$base"
  write reads.json 2
  commit
  run -1 git merge -q -
  run -0 git diff --cached
  [[ $output == *'reads.json: not merged'* ]]
}

@test "only git gives the operands of --git, and no ceiling with them" {
  run -2 "$ctl" diff --git old.json old.json
  [[ $output == *'is for git(1) to run'* ]]
  run -2 "$ctl" diff --git --ceiling old.json web.json
  [[ $output == *'not both'* ]]
}

@test "every profile of the library equals itself" {
  run -0 "$ctl" diff "$root/profiles" "$root/profiles"
}
