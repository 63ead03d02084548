#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The formats of `seccompctl validate` for programs: jsonl, sarif, github, junit, name.
# shellcheck disable=SC2016 # jq expands what stands in single quotes

bats_require_minimum_version 1.5.0
load ../common.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  cd "$BATS_TEST_TMPDIR" || return
  mkdir work && cd work || return
  unset GITHUB_STEP_SUMMARY
  cp "$root/tests/data/valid/deny-few.json" good.json
  cp "$root/tests/data/invalid/action-misspelt.json" bad.json
  # An accepted one with a warning: 32-bit programs are killed.
  echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["bpf"], "action": "SCMP_ACT_ERRNO"}]}' > warned.json
}

@test "jsonl has the files of the report, one a line" {
  run -1 "$ctl" validate -o json bad.json good.json
  report=$(jq -c '.files[]' <<< "$output")
  run -1 "$ctl" validate -o jsonl bad.json good.json
  [ "$(jq -c 'del(.apiVersion, .kind)' <<< "$output")" = "$report" ]
  jq -se 'length == 2 and all(.apiVersion == "seccompd.dev/v1alpha1" and .kind == "ValidatedFile")' <<< "$output"
  [ "${#lines[@]}" -eq 2 ]
}

@test "sarif has a result for each finding, with rule, level, place and fingerprint" {
  run -1 "$ctl" validate -o sarif ./bad.json warned.json
  jq_true '.version == "2.1.0" and (.runs | length) == 1' <<< "$output"
  jq_true '.runs[0] | . as $run | all(.results[]; $run.tool.driver.rules[.ruleIndex].id == .ruleId)' <<< "$output"
  jq_true '.runs[0].results[] | select(.ruleId == "SCP005") | .level == "error"
    and .locations[0].physicalLocation.artifactLocation.uri == "bad.json"
    and .locations[0].physicalLocation.region == {startLine: 2, startColumn: 20}' <<< "$output"
  jq_true '.runs[0].invocations[0].executionSuccessful' <<< "$output"
  prints=$(jq -c '[.runs[0].results[] | select(.ruleId == "SCP005").partialFingerprints]' <<< "$output")
  { echo; cat bad.json; } > moved && mv moved bad.json
  run -1 "$ctl" validate -o sarif bad.json
  [ "$(jq -c '[.runs[0].results[] | select(.ruleId == "SCP005").partialFingerprints]' <<< "$output")" = "$prints" ]
  mkdir 'a b' && cp good.json 'a b/ü.json' && sed -i 's/ALLOW/ALOW/' 'a b/ü.json'
  run -1 "$ctl" validate -o sarif 'a b'
  jq_true '[.runs[0].results[].locations[0].physicalLocation.artifactLocation.uri] | index("a%20b/%C3%BC.json")' <<< "$output"
  run -3 --separate-stderr "$ctl" validate -o sarif gone.json
  jq_true '.runs[0].invocations[0] | .executionSuccessful == false and (.toolExecutionNotifications | length) == 1' <<< "$output"
}

@test "sarif brings the help of each rule along, and links to nothing that nobody has named" {
  run -0 "$ctl" validate -o sarif good.json
  jq_true '.runs[0].tool.driver | (.rules | length > 60)
    and all(.rules[]; . as $rule | (.help.text | length > 40)
      and (.help.markdown | contains("**Cure:** ") and contains("`seccompctl rules \($rule.id)`")))' <<< "$output"
  [ -n "$(cat "$B/project-url")" ] || ! grep -q 'helpUri\|informationUri' <<< "$output"
}

@test "the links in docs/rules.md lead to its headings" {
  # As GitHub makes anchors of headings.
  sed -n 's/^## //p' "$root/docs/rules.md" | tr 'A-Z ' 'a-z-' > anchors
  [ "$(wc -l < anchors)" -eq "$("$ctl" rules | wc -l)" ]
  diff <(grep -oE '^\| \[SCP[0-9]+\]\(#[^)]*' "$root/docs/rules.md" | sed 's/.*#//') anchors
}

@test "github has errors first, escapes, and counts at the end" {
  cp bad.json 'a,b:c%.json'
  run -1 "$ctl" validate -o github warned.json 'a,b:c%.json'
  [[ ${lines[0]} == '::error file=a%2Cb%3Ac%25.json,line=2,col=20,title=SCP005 action-unknown::'* ]]
  [[ ${lines[1]} == '::warning file=warned.json,line=1,'*title=SCP046* ]]
  [ "${lines[2]}" = '2 files, 1 error, 1 warning' ]
  [ "${#lines[@]}" -eq 3 ]
  # A name cannot begin a command of its own.
  cp bad.json $'x\n::set-output name=a::b.json'
  run -1 "$ctl" validate -o github $'x\n::set-output name=a::b.json'
  [[ ${lines[0]} == '::error file=x%0A%3A%3Aset-output name=a%3A%3Ab.json,'* ]]
}

@test "github appends a table to the summary of the step" {
  echo before > summary
  cp bad.json 'a|b.json'
  GITHUB_STEP_SUMMARY=$PWD/summary run -1 "$ctl" validate -o github 'a|b.json' good.json
  [ "$(head -1 summary)" = before ]
  grep -qF '### seccomp profiles: 2 files, 1 error, 0 warnings' summary
  grep -qF '| a\|b.json :2 | error | action-unknown |' summary
  GITHUB_STEP_SUMMARY=$PWD/none/summary run -3 "$ctl" validate -o github bad.json
  [[ $output == *"open '$PWD/none/summary'"* ]]
  GITHUB_STEP_SUMMARY=$PWD/none/summary run -1 "$ctl" validate bad.json
}

@test "junit has a case for each profile, and says why it fails" {
  cp bad.json 'a<&">.json'
  run -3 --separate-stderr "$ctl" validate -o junit good.json 'a<&">.json' warned.json gone.json
  [[ $output == '<?xml version="1.0" encoding="UTF-8"?>'*'<testsuites tests="4" failures="1" errors="1" '*'</testsuites>' ]]
  python3 - "$output" <<'END'
import sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.argv[1].encode())
cases = {c.get("classname"): c for c in root.iter("testcase")}
assert list(cases) == ["good.json", 'a<&">.json', "warned.json", "gone.json"], list(cases)
assert len(cases["good.json"]) == 0
failure = cases['a<&">.json'].find("failure")
assert failure.get("type") == "action-unknown" and ':2:20: error: "SCMP_ACT_ALOW"' in failure.text
assert "arch-32bit-killed" in cases["warned.json"].find("system-out").text
assert cases["gone.json"].find("error") is not None
END
}

@test "junit is XML whatever a profile holds" {
  printf '{"defaultAction": "SCMP_ACT_\\u0001\x01\xff]]>", "\xef\xbf\xbe": 1}' > odd.json
  cp odd.json $'\x02\xfe.json'
  run -1 "$ctl" validate -o junit --show-notes odd.json $'\x02\xfe.json'
  python3 -c 'import sys, xml.etree.ElementTree as tree; tree.fromstring(sys.stdin.buffer.read())' <<< "$output"
}

@test "what could not be judged says why in every format for CI" {
  reason="open 'gone,1.json': No such file or directory"
  run -3 --separate-stderr "$ctl" validate -o sarif good.json gone,1.json
  jq_true --arg why "$reason" '.runs[0].invocations[0].toolExecutionNotifications[0].message.text == $why' <<< "$output"
  run -3 --separate-stderr "$ctl" validate -o junit good.json gone,1.json
  python3 -c 'import sys, xml.etree.ElementTree as tree; assert tree.fromstring(sys.argv[1].encode()).find(".//error").get("message") == sys.argv[2]' "$output" "$reason"
  GITHUB_STEP_SUMMARY=$PWD/summary run -3 --separate-stderr "$ctl" validate -o github good.json gone,1.json
  [ "${lines[0]}" = "::error file=gone%2C1.json,title=not judged::$reason" ]
  [ "${lines[1]}" = '2 files, 0 errors, 0 warnings, 1 not judged' ]
  grep -qF "| gone,1.json | error | not judged | $reason |" summary
}

@test "a summary stays below what GitHub shows" {
  mkdir many
  name=$(printf 'x%.0s' {1..200})
  jq -n '{defaultAction: "SCMP_ACT_ALOW", syscalls: [range(60) | {names: ["nosuchcall\(.)"], action: "SCMP_ACT_EROR"}]}' > bad.json
  for i in {1..100}; do cp bad.json "many/$name$i.json"; done
  GITHUB_STEP_SUMMARY=$PWD/summary run -1 "$ctl" validate -o github many
  [ "$(wc -c < summary)" -gt 900000 ]
  [ "$(wc -c < summary)" -lt 1048576 ]
  [ "$(tail -1 summary)" = 'The rest is in the log: a summary has room for no more.' ]
}

@test "what --fail-on fails is failed in junit and named by name, and never fails nothing" {
  run -0 "$ctl" validate -o name warned.json
  run -1 "$ctl" validate -o name --fail-on=warning good.json warned.json
  [ "$output" = warned.json ]
  run -1 "$ctl" validate -o junit --fail-on=warning good.json warned.json
  [[ $output == *'tests="2" failures="1" errors="0"'*'type="arch-32bit-killed"'* ]]
  run -0 "$ctl" validate --fail-on=never bad.json warned.json
  [[ $output == *'2 files, 1 error, 1 warning' ]]
  run -0 "$ctl" validate -o name --fail-on=never bad.json warned.json
  [ "$output" = bad.json ]
  run -3 "$ctl" validate --fail-on=never gone.json
}

@test "name lists the files that fail" {
  run -1 "$ctl" validate -o name good.json bad.json warned.json
  [ "$output" = bad.json ]
  run -0 "$ctl" validate -o name good.json
  [ -z "$output" ]
}
