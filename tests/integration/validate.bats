#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl validate`, the program.
# shellcheck disable=SC2016 # bash -c and jq expand what stands in single quotes

bats_require_minimum_version 1.5.0
load ../common.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  data=$root/tests/data
  good=$data/valid/deny-few.json
  bad=$data/invalid/action-misspelt.json
  cd "$BATS_TEST_TMPDIR" || return
  unset NO_COLOR
}

# A profile that is accepted with warnings.
write_warned() {
  cat > "$1" <<'END'
{
  "defaultAction": "SCMP_ACT_LOG",
  "syscalls": [
    {
      "names": ["kexec_load", "no_such_call_at_all"],
      "action": "SCMP_ACT_ALLOW"
    }
  ]
}
END
}

@test "every profile of tests/data gets the findings that are written beside it" {
  count=0
  for file in "$data"/valid/*.json "$data"/invalid/*.json "$data"/tricky/*.json; do
    diff -u "${file%.json}.expect" <("$root/tests/integration/findings.sh" "$ctl" "$file")
    count=$((count + 1))
  done
  [ "$count" -ge 8 ]
}

@test "what is called valid is accepted and what is called invalid is not" {
  run -0 "$ctl" validate -q "$data/valid"
  for file in "$data"/invalid/*.json; do
    run -1 "$ctl" validate -q "$file"
  done
}

@test "a finding shows place, message, rule and the line with a caret" {
  run -1 "$ctl" validate "$bad"
  [[ ${lines[0]} == "$bad:2:20: error: "*"SCMP_ACT_ALOW"*"[SCP005 action-unknown]" ]]
  [ "${lines[1]}" = '    2 |   "defaultAction": "SCMP_ACT_ALOW",' ]
  [ "${lines[2]}" = '      |                    ^~~~~~~~~~~~~~~' ]
  [ "${lines[3]}" = '1 file, 1 error, 0 warnings' ]
}

@test "an accepted profile leaves the summary alone" {
  run -0 "$ctl" validate "$good"
  [ "$output" = '1 file, 0 errors, 0 warnings' ]
}

@test "-q prints nothing and exits all the same" {
  run -1 --separate-stderr "$ctl" validate -q "$bad" "$good"
  [ -z "$output$stderr" ]
  run -1 --separate-stderr "$ctl" validate -q -o json "$bad"
  [ -z "$output$stderr" ]
}

@test "--fail-on and --strict move the line" {
  write_warned w.json
  run -0 "$ctl" validate w.json
  [[ $output == *"warning: "*"0 errors, "[1-9]* ]]
  run -1 "$ctl" validate --fail-on=warning w.json
  run -1 "$ctl" validate --strict w.json
  [[ $output != *"warning: "* ]]
  run -1 "$ctl" validate --fail-on note w.json
  run -1 "$ctl" validate --fail-on=error "$bad"
}

@test "--disable silences a rule by number and by name" {
  write_warned w.json
  run -1 "$ctl" validate --fail-on=warning w.json
  rules=$("$ctl" validate -o json w.json | jq -r '.files[].findings[].ruleId' | sort -u | paste -sd,)
  run -0 "$ctl" validate --fail-on=note --disable "$rules" w.json
  run -1 "$ctl" validate --fail-on=warning --disable=unknown-key w.json
  run -0 "$ctl" validate -o json --disable=syscall-unknown w.json
  jq_true '.options.disabled == ["SCP031"] and all(.files[].findings[]; .ruleId != "SCP031")' <<< "$output"
}

@test "a rule that does not exist or that everything rests on is not disabled" {
  run -2 "$ctl" validate --disable=SCP999 "$good"
  run -2 "$ctl" validate --disable=SCP005 "$bad"
  [[ $output == *"cannot be disabled"* ]]
}

@test "JSON is a ValidationReport with all that was found" {
  run -3 --separate-stderr "$ctl" validate -o json --arch=arm64 --arch=amd64 --runtime=cri-o \
    --oci-runtime=crun "$bad" "$good" nowhere.json
  report=$output
  has() { jq_true "$@" <<< "$report" > /dev/null; }
  has '.apiVersion == "seccompd.dev/v1alpha1" and .kind == "ValidationReport"'
  has '.files | length == 3'
  has '.files[0] | .verdict == "rejected" and .findings[0].ruleId == "SCP005"'
  has '.files[0].findings[0] | .line == 2 and .column == 20 and .pointer == "/defaultAction"'
  has '.files[0].findings[0] | .rule == "action-unknown" and .severity == "error"'
  has --arg sum "$(sha256sum < "$good" | cut -d' ' -f1)" '.files[1].sha256 == $sum'
  has '.files[1] | .verdict == "accepted" and .bpfInstructions > 4'
  has '.files[2] | .verdict == "none" and (.message | test("No such file"))'
  has '.summary | .files == 3 and .accepted == 1 and .rejected == 1 and .notJudged == 1'
  has '.summary.errors == 1'
  has 'def count($s): [.files[].findings[]? | select(.severity == $s)] | length;
       .summary.errors == count("error") and .summary.warnings == count("warning") and
       .summary.notes == count("note")'
  has '.targets == {runtimes: ["cri-o"], ociRuntimes: ["crun"],
                    architectures: ["aarch64", "x86_64"]}'
}

@test "a directory is judged with all profiles below it in order of their paths" {
  mkdir -p set/sub/deep .hidden set/.git
  cp "$good" set/b.json
  cp "$good" set/sub/deep/a.json
  cp "$bad" set/.git/x.json
  cp "$bad" set/README.md
  cp "$good" set/a.json
  run -0 "$ctl" validate -o json set
  [ "$(jq -r '.files[].name' <<< "$output" | tr '\n' ' ')" = 'set/a.json set/b.json set/sub/deep/a.json ' ]
}

@test "what seccompd would never install is an error below a directory, and not by itself" {
  mkdir -p set/1/2/3/4
  cp "$good" "set/a b.json"
  cp "$good" set/1/2/3/4/deep.json
  cp "$good" set/good.json
  ln -s good.json set/link.json
  run -1 "$ctl" validate set
  [ "$(grep -c 'SCP065 path-rules' <<< "$output")" -eq 3 ]
  [[ $output == *"set/a b.json: error: "* && $output == *"set/link.json: error: a symbolic link"* ]]
  [[ $output == *"set/1/2/3/4/deep.json: error: "* && $output == *"4 files, 3 errors, 0 warnings" ]]
  run -0 "$ctl" validate "set/a b.json" set/link.json set/1/2/3/4/deep.json
}

@test "a ConfigMap volume is read through ..data" {
  mkdir -p vol/..2026_01_01 vol/..2026_01_02
  cp "$bad" vol/..2026_01_01/web.json
  cp "$good" vol/..2026_01_02/web.json
  ln -s ..2026_01_02 vol/..data
  ln -s ..data/web.json vol/web.json
  run -0 "$ctl" validate -o json vol
  [ "$(jq -r '.files[].name' <<< "$output")" = vol/web.json ]
}

@test "a dash is standard input, and a pipe is a file" {
  run -1 "$ctl" validate - < "$bad"
  [[ ${lines[0]} == '<stdin>:2:20: error: '* ]]
  run -0 bash -c 'cat "$2" | "$1" validate -' - "$ctl" "$good"
  run -0 "$ctl" validate <(cat "$good")
  run -3 bash -c '"$1" validate - <&-' - "$ctl"
}

@test "standard input can be given only once" {
  run -2 bash -c '"$1" validate - - < "$2"' _ "$ctl" "$root/tests/data/examples/web.json"
  [ "$output" = 'seccompctl: - is standard input, and can be given only once' ]
}

@test "what cannot be read is exit 3 after judging the rest" {
  ln -s loop loop
  run -3 --separate-stderr "$ctl" validate nowhere.json loop "$bad"
  [[ $output == *"SCP005"*"3 files, 1 error, 0 warnings, 2 not judged" ]]
  [[ $stderr == *"open 'nowhere.json': No such file or directory"* ]]
  [[ $stderr == *"open 'loop': Too many levels"* ]]
}

@test "a directory without profiles is trouble, not success" {
  mkdir empty
  run -3 "$ctl" validate empty
  [[ $output == *"no *.json, *.yaml or *.yml file below 'empty'"* ]]
}

@test "a profile over its limit is a finding and a text over the reader's is trouble" {
  { cat "$good"; head -c 1048576 /dev/zero | tr '\0' ' '; } > large.json
  run -1 "$ctl" validate large.json
  [[ $output == *"1 file, 1 error"* ]]
  truncate -s 17M huge.json
  run -3 "$ctl" validate huge.json
}

@test "colours are for terminals and for those who ask" {
  esc=$'\033'
  run -1 "$ctl" validate "$bad"
  [[ $output != *"$esc"* ]]
  run -1 "$ctl" validate --color=always "$bad"
  [[ $output == *"${esc}[1;31merror:${esc}[0m"* ]]
  tty() { TERM=${TERM2:-xterm} script -qec "$(printf '%q ' "$@")" /dev/null < /dev/null; }
  run -1 tty "$ctl" validate "$bad"
  [[ $output == *"$esc"* ]]
  run -1 tty "$ctl" validate --color=never "$bad"
  [[ $output != *"$esc"* ]]
  TERM2=dumb run -1 tty "$ctl" validate "$bad"
  [[ $output != *"$esc"* ]]
  NO_COLOR=1 run -1 tty "$ctl" validate "$bad"
  [[ $output != *"$esc"* ]]
  NO_COLOR='' run -1 tty "$ctl" validate "$bad"
  [[ $output == *"$esc"* ]]
}

@test "neither a name nor a text can drive the terminal" {
  esc=$'\033'
  mkdir set
  printf '{\n "defaultAction": "SCMP_ACT_\033[2JX"}' > set/"a${esc}[2J"$'\n'.json
  run -1 "$ctl" validate set "nowhere${esc}[2J" || [ "$status" -eq 3 ]
  [[ $output != *"$esc"* && $output == *'\u001b[2J'* ]]
}

@test "a trial load succeeds where seccomp is allowed" {
  run -0 "$ctl" validate --trial-load "$good"
  [ "$output" = '1 file, 0 errors, 0 warnings' ]
}

@test "output that cannot be written is trouble" {
  run -3 --separate-stderr bash -c '"$1" validate "$2" > /dev/full' - "$ctl" "$good"
  [[ $stderr == *"cannot write the output: No space left on device"* ]]
  run -3 --separate-stderr bash -c '"$1" validate "$2" >&-' - "$ctl" "$good"
  run --separate-stderr bash -c '"$1" validate -o json "$2" | true; exit "${PIPESTATUS[0]}"' - "$ctl" "$good"
  [[ $status -eq 3 || $status -eq 0 ]] # true(1) may end after we wrote
  [ -z "$stderr" ]
}

@test "a wrong command line is exit 2 and says what would be right" {
  run -2 "$ctl" validate
  run -2 "$ctl" validate --strit "$good"
  [[ $output == *--strict* ]]
  run -2 "$ctl" validate --fail-on=fatal "$good"
  run -2 "$ctl" validate --arch=z80 "$good"
  run -2 "$ctl" validate -o yaml "$good"
  [[ $output == "seccompctl: "* && ${#lines[@]} -eq 1 ]]
}

@test "a bar shows progress on a terminal that can, and nothing is drawn on one that cannot" {
  echo '{"defaultAction": "SCMP_ACT_ALLOW"}' > plain.json
  # The bar comes after a second, which standard input takes here.
  in_terminal() {
    TERM=$1 script -qec "sh -c '(sleep 1.2; cat plain.json) | \"$ctl\" validate -o name -'" /dev/null < /dev/null
  }
  run -0 in_terminal xterm
  [[ $output == *$'\033[K[##########'*' of 1 files'* ]]
  run -0 in_terminal dumb
  [ -z "$output" ]
  # As long as the line has room for it, and no longer.
  in_columns() {
    TERM=xterm script -qec "sh -c 'stty cols $1; (sleep 1.2; cat plain.json) | \"$ctl\" validate -o name -'" /dev/null < /dev/null
  }
  run -0 in_columns 37
  [[ $output == *$'\033[K[##########] 1 of 1 files'* || $output == *$'\033[K[..........] 0 of 1 files'* ]]
  run -0 in_columns 20
  [[ $output == *$'\033[K'[01]' of 1 files'* && $output != *'['[.#]* ]]
}
