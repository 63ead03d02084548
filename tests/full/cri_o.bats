#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Docker's dialect as CRI-O evaluates it: our reading beside CRI-O's own loader, containers/common's
# pkg/seccomp, on profiles made at random.

load ../e2e/lib.bash

PROFILES=${SCD_DIALECT_PROFILES:-2000}
COMMON=github.com/containers/common/pkg/seccomp@v0.50.1 # the last that Debian's Go 1.19 builds

setup() { cd "$BATS_TEST_TMPDIR" || return 1; }

# One profile a line, from a seed.
make_profiles() {
  jq -cn --argjson seed "$1" --argjson count "$PROFILES" '
    def next: . * 1103515245 + 12345 | . - ((. / 2147483648) | floor) * 2147483648;
    def draw($n): (. / 65536 | floor) % $n;
    def some($list): $list[draw($list | length)];
    # A stream of numbers for one profile: .s is the state, .v what was drawn.
    def take($list): (.s |= next) | .v = (.s as $s | $list[($s / 65536 | floor) % ($list | length)]);
    def maybe($key; $list): take([true, false]) | if .v then take($list) | .o[$key] = .v else . end;
    def rule:
      .o = {}
      | take([["bpf"], ["mount", "umount2"], ["clone"], ["read"], [], null]) | .o.names = .v
      | if .o.names == null or .o.names == [] then maybe("name"; ["ptrace", "reboot", ""]) else . end
      | if .o.names == null then del(.o.names) else . end
      | take(["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_LOG", "SCMP_ACT_TRAP"]) | .o.action = .v
      | if .o.action == "SCMP_ACT_ERRNO" then maybe("errnoRet"; [0, 1, 13, 38])
          | maybe("errno"; ["EPERM", "ENOSYS", "EWOULDBLOCK", "13", "ENOTSUP", "", "ENOPE"]) else . end
      | maybe("includes"; [{}, {caps: ["CAP_SYS_ADMIN"]}, {arches: ["amd64", "arm64"]}, {arches: ["s390x"]},
          {caps: ["CAP_BPF"], arches: ["amd64"]}, {minKernel: "4.8"}, {caps: []}])
      | maybe("excludes"; [{}, {caps: ["CAP_SYS_ADMIN"]}, {arches: ["amd64"]}, {arches: ["arm64", "x86"]},
          {caps: ["CAP_BPF"], arches: ["s390"]}])
      | maybe("args"; [[], [{index: 0, op: "SCMP_CMP_EQ", value: 1}],
          [{index: 1, op: "SCMP_CMP_MASKED_EQ", value: 15, valueTwo: 2}, {index: 0, op: "SCMP_CMP_NE", value: 3}]])
      | .rules += [.o];
    range($count) | {s: (($seed + . * 7919) % 2147483648), rules: [], p: {}}
    | take([null]) | take([null])
    | take(["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_ERRNO"]) | .p.defaultAction = .v
    | if .p.defaultAction == "SCMP_ACT_ERRNO" then .o = {} | maybe("defaultErrnoRet"; [1, 38])
        | maybe("defaultErrno"; ["ENOSYS", "1", "EDEADLOCK", "NO"]) | .p += .o else . end
    | .o = {} | maybe("architectures"; [[], ["SCMP_ARCH_X86_64"], ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]])
    | maybe("archMap"; [[], [{architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"]},
        {architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}],
        [{architecture: "SCMP_ARCH_S390X"}], [{architecture: "SCMP_ARCH_X86_64"}]])
    | .p += .o
    | take([0, 1, 2, 3]) | .v as $n | reduce range($n) as $i (.; rule)
    | .p + {syscalls: .rules}'
}

@test "CRI-O hands on what we say, for containers without and with capabilities" {
  local go=/usr/bin/go compared refused

  [ "$(uname -m)" = x86_64 ] || skip_or_fail 'the profiles are made for x86_64'
  [ -x "$go" ] || go=$(command -v go) || skip_or_fail 'no Go'
  cp "$BATS_TEST_DIRNAME/cri_o/main.go" .
  export GOPATH=$PWD/go GOCACHE=$PWD/cache GOFLAGS='-mod=mod -modcacherw'
  "$go" mod init cri_o 2>/dev/null
  "$go" get "$COMMON" 2>/dev/null || skip_or_fail 'the Go proxy is out of reach'
  "$go" build -tags seccomp -o cri_o .
  make_profiles "${SCD_SEED:-20260823}" >profiles
  mapfile -t caps < <(capabilities)
  ./cri_o <profiles >theirs
  "$B/tests/cri_o_view" <profiles >ours
  ./cri_o "${caps[@]}" <profiles >theirs-with
  "$B/tests/cri_o_view" caps <profiles >ours-with
  cat theirs theirs-with >all-theirs
  cat ours ours-with >all-ours
  cat profiles profiles >all-profiles
  # What CRI-O refuses is an error of ours, and of what we accept we say the same.
  paste -d '\t' all-ours all-theirs all-profiles | awk -F '\t' '
    $1 != "?" && $1 != $2 { print "ours:   " $1 "\ntheirs: " $2 "\n" $3; bad++ }
    END { exit bad > 0 }'
  compared=$(grep -vc '^?$' all-ours)
  refused=$(grep -c '^refused$' all-theirs)
  echo "# $compared readings compared, $refused refused by both" >&3
  [ "$compared" -gt "$((PROFILES / 2))" ]
  [ "$refused" -gt 0 ]
}

# All that Linux has, as our table has them.
capabilities() { awk -F '"' '/\[CAP_/ { print $2 }' "$BATS_TEST_DIRNAME/../../common/docker.c"; }
