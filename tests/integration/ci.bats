#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What others run in CI: the action, the hook, and the snippets of docs/ci.md.
# shellcheck disable=SC2016 # patterns hold dollars and backquotes

bats_require_minimum_version 1.5.0
load lib.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  PATH=$(dirname "$ctl"):$PATH
  unset GITHUB_STEP_SUMMARY
  cd "$BATS_TEST_TMPDIR" || return
  cp -r "$root/tests/data/examples" work && cd work || return
}

@test "the action annotates what is wrong in the paths that it is given" {
  export SECCOMPCTL=$ctl GITHUB_STEP_SUMMARY=$PWD/summary
  PATHS=$'configmap.yaml\ndeployment.yaml\n' run -0 "$root/deploy/ci-validate.sh"
  PATHS=$'profiles\n' run -1 "$root/deploy/ci-validate.sh"
  [[ $output == '::error file=profiles/worker.json,'* ]]
  grep -q 'action-unknown' summary
  PATHS=$'web.json\n' ARGUMENTS=$'--arch=arm64\n--fail-on=note\n' run "$root/deploy/ci-validate.sh"
  [ "$status" -le 1 ]
  # A repository has other JSON as well.
  echo '{"name": "web", "version": "1.0.0"}' > profiles/package.json
  rm profiles/worker.json
  PATHS=profiles run -0 "$root/deploy/ci-validate.sh"
  # A path is never an option, and never split.
  cp web.json 'a b.json'
  PATHS='a b.json' run -0 "$root/deploy/ci-validate.sh"
  PATHS='--help' run -3 "$root/deploy/ci-validate.sh"
}

@test "the action calls the script with every input" {
  for input in paths arguments seccompctl; do
    grep -qE "^ +[A-Z]+: \\$\{\{ inputs.$input \}\}$" "$root/action.yml"
  done
  grep -q '"$ACTION/deploy/ci-validate.sh"' "$root/action.yml"
}

@test "the hook of pre-commit passes over other files and stops a bad profile" {
  entry=$(sed -n 's/^  entry: //p' "$root/.pre-commit-hooks.yaml")
  files=$(sed -n 's/^  files: //p' "$root/.pre-commit-hooks.yaml")
  echo 'a: 1' > other.yaml
  chosen=$(printf '%s\n' other.yaml configmap.yaml status.json profiles/web.json x/profiles/y.json README.md | grep -E "$files" | paste -sd' ')
  [ "$chosen" = 'other.yaml configmap.yaml profiles/web.json x/profiles/y.json' ]
  # shellcheck disable=SC2086 # words are meant
  run -0 $entry other.yaml configmap.yaml profiles/web.json
  # shellcheck disable=SC2086
  run -1 $entry other.yaml profiles/worker.json
  # A commit has the pod and another profile than the one that it uses.
  # shellcheck disable=SC2086
  run -0 $entry profiles/web.json deployment.yaml
}

@test "the command of the GitLab snippet writes JUnit" {
  mkdir deploy && mv configmap.yaml deployment.yaml deploy
  command=$(sed -n 's/^    - \(seccompctl validate -o junit .*\)$/\1/p' "$root/docs/ci.md")
  [ -n "$command" ]
  run -1 bash -c "$command"
  python3 -c 'import sys, xml.etree.ElementTree as tree; assert tree.parse("seccomp.xml").getroot().get("failures") == "1"'
}

@test "the step for code scanning passes, and writes SARIF with what was found" {
  mkdir deploy && mv configmap.yaml deployment.yaml deploy
  command=$(sed -n 's/^      - run: \(seccompctl validate -o sarif .*\)$/\1/p' "$root/docs/ci.md")
  [ -n "$command" ]
  run -0 bash -c "$command"
  jq_true '.version == "2.1.0" and any(.runs[0].results[]; .level == "error")' seccomp.sarif
}

@test "the settings that docs/ci.md shows are taken" {
  sed -n '/^```yaml/,/^```$/p' "$root/docs/ci.md" | sed -n '2,4p' > .seccompctl.yaml
  grep -q exclude .seccompctl.yaml
  run "$ctl" validate -v web.json
  [ "$status" -le 1 ]
  [[ $output == *"settings are taken from '$PWD/.seccompctl.yaml'"* ]]
}
