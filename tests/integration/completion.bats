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
  [ "$(offered seccompctl validate --fail-on =)" = 'error note warning' ]
  [ "$(offered seccompctl validate --disable json-)" = json-syntax ]
  [ "$(offered seccompctl rules SCP00 | wc -w)" -eq 9 ]
  [ "$(offered seccompctl completion f)" = fish ]
  [ -z "$(offered seccompctl validate profiles/)" ]
}

@test "bash offers what --help lists, for every command" {
  for command in $("$ctl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    diff -u <("$ctl" "$command" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u | paste -sd' ') \
      <(PATH=$(dirname "$ctl"):$PATH offered "$ctl" "$command" --)
  done
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
