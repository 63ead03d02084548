#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl completion`, by bash itself, and as a plugin of kubectl.
# shellcheck disable=SC2034 # the completion reads the variables

bats_require_minimum_version 1.5.0

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  cd "$BATS_TEST_TMPDIR" || return
}

# What bash offers after these words, sorted, on one line.
offered() {
  bash -c 'source <("$1" completion bash); shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _seccompctl; printf "%s\n" "${COMPREPLY[@]}"' - "$ctl" "$@" | sort -u | paste -sd' '
}

@test "bash completes commands, options, words and rules" {
  [ "$(offered seccompctl val)" = validate ]
  [ "$(offered seccompctl help exp)" = explain ]
  [ "$(offered seccompctl validate --oci-)" = --oci-runtime ]
  [ "$(offered seccompctl validate -o js)" = 'json jsonl' ]
  [ "$(offered seccompctl validate --output = sa)" = sarif ]
  [ "$(offered seccompctl validate --fail-on =)" = 'error never note warning' ]
  [ "$(offered seccompctl validate --disable json-)" = json-syntax ]
  [ "$(offered seccompctl rules SCP00 | wc -w)" -eq 9 ]
  [ "$(offered seccompctl completion f)" = fish ]
  [ "$(offered seccompctl validate --arch = a)" = 'aarch64 arm' ]
  for arch in $(offered seccompctl validate --arch ''); do
    "$ctl" validate --arch="$arch" --fail-on=never -q "$root/tests/data/examples/web.json"
  done
  [ -z "$(offered seccompctl validate profiles/)" ]
}

# The long options that --help of a command lists, sorted, on one line.
helped() {
  "$ctl" "$1" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u | paste -sd' '
}

# The same of the scripts for zsh and fish.
in_zsh() {
  "$ctl" completion zsh | sed -n "/^    $1)/,/;;/p" | grep -oE -- "--[a-z-]+=?}?'\\[" | grep -oE -- '--[a-z-]+' |
    sort -u | paste -sd' '
}
in_fish() {
  "$ctl" completion fish | sed -nE "s/^complete -c seccompctl -n '__fish_seen_subcommand_from $1' -l ([a-z-]+) .*/--\\1/p" |
    sort -u | paste -sd' '
}

@test "the three shells offer what --help lists, for every command" {
  count=0
  for command in $("$ctl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    want=$(helped "$command")
    [[ $want == *--help* ]]
    [ "$(offered seccompctl "$command" --)" = "$want" ]
    [ "$(in_zsh "$command")" = "$want" ]
    [ "$(in_fish "$command")" = "$want" ]
    count=$((count + 1))
  done
  [ "$count" -ge 17 ]
  [ "$(offered seccompctl status -o '')" = 'human json' ]
}

@test "a shell that is none of the three is exit 2" {
  run -2 "$ctl" completion
  run -2 "$ctl" completion tcsh
  [[ $output == *"bash, zsh or fish"* ]]
}

@test "kubectl's helper completes, and the plugin is the program" {
  mkdir bin
  cp "$ctl" bin/seccompctl
  ln -s seccompctl bin/kubectl-seccomp_profiles
  PATH=$PWD/bin:$PATH run -0 "$root/deploy/kubectl_complete-seccomp_profiles" validate -o js
  [ "$output" = $'json\njsonl\n:0' ]
  PATH=$PWD/bin:$PATH run -0 "$root/deploy/kubectl_complete-seccomp_profiles" validate x
  [ "$output" = ':0' ]
  run -0 bin/kubectl-seccomp_profiles version
  [[ $output == seccompctl* ]]
}
