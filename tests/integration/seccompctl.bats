#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# seccompctl around its commands: help, rules, version, status.
# shellcheck disable=SC2016,SC2030,SC2031 # bash -c expands; PATH is changed for one test alone

bats_require_minimum_version 1.5.0
load ../common.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  cd "$BATS_TEST_TMPDIR" || return
}

@test "help is asked for on stdout and missing on stderr" {
  run -0 --separate-stderr "$ctl" --help
  [[ $output == Usage:* && -z $stderr ]]
  run -0 --separate-stderr "$ctl" -h
  run -0 --separate-stderr "$ctl" help
  [[ $output == Usage:* ]]
  run -0 --separate-stderr "$ctl" help --help
  run -2 --separate-stderr "$ctl"
  [[ -z $output && $stderr == Usage:* ]]
}

@test "help of a command is that of its --help" {
  for command in validate rules status version; do
    run -0 --separate-stderr "$ctl" "$command" --help
    [[ $output == [Uu]"sage: seccompctl"*"$command"* && -z $stderr ]]
    asked=$output
    run -0 --separate-stderr "$ctl" help "$command"
    [ "$output" = "$asked" ]
  done
  run -2 "$ctl" help validat
  [[ $output == *"did you mean 'validate'?" ]]
  run -2 "$ctl" help rules version
}

@test "a misspelt command is exit 2 and names its neighbour" {
  run -2 "$ctl" validat
  [[ $output == *"did you mean 'validate'?" ]]
  run -2 "$ctl" $'\033[2J'
  [[ $output != *$'\033'* ]]
  run -2 "$ctl" --verison
  [[ $output == *"did you mean '--version'?" ]]
  run -2 "$ctl" hepl
  [[ $output == *"did you mean 'help'?" ]]
}

@test "version says who we are and what we run with" {
  version=$(cat "$root/VERSION")
  run -0 "$ctl" version
  [[ $output =~ ^"seccompctl v$version (commit "[0-9a-z]+", libseccomp "[0-9.]+", linux/"[a-z0-9]+")"$ ]]
  line=$output
  run -0 "$ctl" --version
  [ "$output" = "$line" ]
  run -0 "$ctl" version -o json
  jq_true --arg v "$version" '.apiVersion == "seccompd.dev/v1alpha1" and .kind == "Version" and .version == $v and .gitCommit and .platform
    and (.libseccompVersion | test("^[0-9]+[.][0-9]+[.][0-9]+$"))' <<< "$output"
  run -2 "$ctl" version now
  run -2 "$ctl" --version now
}

@test "rules lists every rule and explains one by number or name" {
  run -0 "$ctl" rules
  total=${#lines[@]}
  [ "$total" -ge 40 ]
  [ "$(sort <<< "$output")" = "$output" ]
  run -0 "$ctl" rules -o json
  jq_true --argjson n "$total" '.apiVersion == "seccompd.dev/v1alpha1" and .kind == "RuleList" and (.rules | length) == $n
    and all(.rules[]; .why != "" and .cure != "" and .title != "")' <<< "$output"
  run -0 "$ctl" rules SCP005
  [[ $output == "SCP005 action-unknown: "*Why*Cure* ]]
  by_number=$output
  run -0 "$ctl" rules action-unknown
  [ "$output" = "$by_number" ]
  run -0 "$ctl" rules scp005
  [ "$output" = "$by_number" ]
  [ "$(awk '{ print length }' <<< "$output" | sort -n | tail -1)" -le 80 ]
  run -0 "$ctl" rules -o json SCP005
  jq_true '.apiVersion == "seccompd.dev/v1alpha1" and .kind == "Rule" and .id == "SCP005"' <<< "$output"
}

@test "a rule that does not exist is exit 2 and names its neighbour" {
  run -2 "$ctl" rules action-unknwn
  [[ $output == *"'action-unknown'"* ]]
  run -2 "$ctl" rules SCP999
  run -2 "$ctl" rules SCP005 SCP006
}

# A copy of seccompctl in a directory of its own, with or without its helper.
lonely() {
  mkdir -p "$1"
  cp "$ctl" "$1/seccompctl"
}

write_helper() {
  printf '#!/bin/sh\necho "%s:$0:$*"\nexit 7\n' "$2" > "$1/seccompctl-status"
  chmod +x "$1/seccompctl-status"
}

@test "status runs the helper beside the program with all arguments" {
  lonely here
  write_helper here beside
  mkdir path
  write_helper path inpath
  PATH=$PWD/path:$PATH run -7 here/seccompctl status --help -o json http://127.0.0.1:1
  [[ $output == "beside:"*":--help -o json http://127.0.0.1:1" ]]
}

@test "status finds the helper in PATH" {
  lonely here
  mkdir path
  write_helper path inpath
  PATH=$PWD/path:$PATH run -7 here/seccompctl status x
  [[ $output == "inpath:"*":x" ]]
}

@test "status without its helper says what is missing" {
  lonely here
  PATH=$PWD/nowhere run -3 here/seccompctl status x
  [[ $output == *"'seccompctl-status'"*install* ]]
}

@test "status with a helper that cannot be run says why" {
  lonely here
  echo 'no program' > here/seccompctl-status
  chmod -x here/seccompctl-status
  run -3 here/seccompctl status x
  [[ $output == *"Permission denied"* ]]
}

@test "the programs' output is checked" {
  run -3 bash -c '"$1" rules > /dev/full' - "$ctl"
  run -3 bash -c '"$1" --help > /dev/full' - "$ctl"
  run -3 bash -c '"$1" version -o json > /dev/full' - "$ctl"
}
