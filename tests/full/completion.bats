#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The completions of zsh and fish, by these shells.

bats_require_minimum_version 1.5.0
load ../integration/lib.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  cd "$BATS_TEST_TMPDIR" || return
}

@test "fish completes commands, words and rules" {
  command -v fish > /dev/null || skip_or_fail 'no fish'
  "$ctl" completion fish > c.fish
  fish --no-config --no-execute c.fish
  offered() { fish --no-config -c "source c.fish; complete -C '$1'" | cut -f1; }
  [ "$(offered 'seccompctl val')" = validate ]
  [ "$(offered 'seccompctl validate --output=js' | xargs)" = '--output=json --output=jsonl' ]
  [ "$(offered 'seccompctl completion z' | xargs)" = zsh ]
  offered 'seccompctl validate --disable json-' | grep -qx json-syntax
  offered 'seccompctl validate --fa' | grep -qx -- --fail-on
}

@test "zsh takes the script, and defines a completion of every option" {
  command -v zsh > /dev/null || skip_or_fail 'no zsh'
  "$ctl" completion zsh > _seccompctl
  zsh -f -n _seccompctl
  # _arguments is replaced by something that prints what it was asked for.
  cat > ask.zsh <<'END'
autoload -Uz compinit && compinit -u -d ./dump
source ./_seccompctl
_arguments() { print -rl -- "$@"; }
words=(seccompctl validate x) CURRENT=3
_seccompctl
END
  run -0 zsh -f ask.zsh
  [[ $output == *"--fail-on=[exit 1 on findings of this severity and above]:SEVERITY:( error warning note)"* ]]
  [[ $output == *"--output="* && $output == *"*:file:_files"* ]]
}
