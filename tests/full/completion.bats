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
  [ "$(offered 'seccompctl help exp')" = explain ]
  # Files only where the value is one.
  touch some.json
  [ -z "$(offered 'seccompctl validate --jobs so')" ]
  [ "$(offered 'seccompctl diff --ceiling so')" = some.json ]
  [ "$(offered 'seccompctl validate so')" = some.json ]
}

# What zsh offers at the end of this line, sorted, on one line.
zsh_offers() { timeout 30 zsh -f "$BATS_TEST_DIRNAME/zsh_offers.zsh" "$1" | sort -u | paste -sd' '; }

@test "zsh completes commands, options, words, rules and files" {
  command -v zsh > /dev/null || skip_or_fail 'no zsh'
  "$ctl" completion zsh > _seccompctl
  zsh -f -n _seccompctl
  touch some.json
  [ "$(zsh_offers 'seccompctl val')" = validate ]
  [ "$(zsh_offers 'seccompctl ' | wc -w)" -ge 17 ]
  [ "$(zsh_offers 'seccompctl help exp')" = explain ]
  [ "$(zsh_offers 'seccompctl validate --oci-')" = --oci-runtime ]
  [ "$(zsh_offers 'seccompctl validate -o js')" = 'json jsonl' ]
  [ "$(zsh_offers 'seccompctl validate --output=sa')" = sarif ]
  [ "$(zsh_offers 'seccompctl validate --fail-on=')" = 'error never note warning' ]
  [ "$(zsh_offers 'seccompctl validate --disable json-')" = json-syntax ]
  [ "$(zsh_offers 'seccompctl rules SCP00' | wc -w)" -eq 9 ]
  [ "$(zsh_offers 'seccompctl completion f')" = fish ]
  [ "$(zsh_offers 'seccompctl validate so')" = some.json ]
  [ "$(zsh_offers 'seccompctl diff --ceiling=so')" = some.json ]
  [ -z "$(zsh_offers 'seccompctl validate --jobs=so')" ]
}

@test "zsh offers the options that --help lists, for every command" {
  command -v zsh > /dev/null || skip_or_fail 'no zsh'
  "$ctl" completion zsh > _seccompctl
  for command in $("$ctl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    want=$("$ctl" "$command" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u | paste -sd' ')
    [ "$(zsh_offers "seccompctl $command --")" = "$want" ]
  done
}
