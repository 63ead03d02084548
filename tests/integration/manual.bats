#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each command of seccompctl has a manual page of its own, which says what --help says, and whose examples run.
# shellcheck disable=SC1003,SC2030,SC2031 # a backslash is meant; PATH is changed for one test alone

bats_require_minimum_version 1.5.0

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  cd "$BATS_TEST_TMPDIR" || return
}

page() { echo "$root/man/seccompctl-$1.1"; }

# The commands that --help lists.
commands() {
  "$ctl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

# The long options that --help of a command lists.
help_options() {
  "$ctl" "$1" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE '[a-z][a-z-]+$' | sort
}

# "output o" for each option with a letter that --help lists.
help_letters() {
  "$ctl" "$1" --help | sed -nE 's/^ +-([a-z]), --([a-z-]+).*/\2 \1/p' | sort
}

man_options() {
  sed -nE 's/^\.It .*Fl -([a-z-]+).*/\1/p' "$(page "$1")" | sort
}

man_letters() {
  sed -nE 's/^\.It Fl ([a-z]) , Fl -([a-z-]+).*/\2 \1/p' "$(page "$1")" | sort
}

@test "each command has a page, and each page is of a command" {
  [ "$(commands | wc -l)" -ge 4 ]
  diff -u <(commands | sort) <(cd "$root/man" && printf '%s\n' seccompctl-*.1 | sed 's/seccompctl-//;s/[.]1$//' | sort)
  for command in $(commands); do
    grep -qx ".Dt SECCOMPCTL-${command^^} 1" "$(page "$command")"
    grep -qx ".Nm seccompctl-$command" "$(page "$command")"
    for section in 'EXIT STATUS' EXAMPLES; do
      grep -qx ".Sh $section" "$(page "$command")"
    done
  done
}

@test "the overview lists the commands in the order of --help, each with its summary" {
  diff -u <(commands) <(sed -n 's/^\.It Xr seccompctl-\([a-z]*\) 1$/\1/p' "$root/man/seccompctl.1")
}

@test "the overview lists the kinds of documents, each with a command whose page has it" {
  kinds() { sed -n '/^\.Sh JSON/,/^\.Sh EXIT/p' "$root/man/seccompctl.1" | sed -n 's/^\.It Li //p'; }
  diff -u <({ sed -nE 's/.*scd_cli_document\("([A-Za-z]+)"\).*/\1/p' "$root"/cli/*.c
    sed -nE 's/.*"kind", "([A-Za-z]+)"\).*/\1/p' "$root/common/render_json.c" "$root/daemon/status.c"; } | sort -u) <(kinds)
  count=0
  while read -r kind command; do
    grep -qw "$kind" "$(page "$command")" || { echo "$kind is not in $(page "$command")" && return 1; }
    count=$((count + 1))
  done < <(sed -n '/^\.Sh JSON/,/^\.Sh EXIT/p' "$root/man/seccompctl.1" |
    sed -nE '/^\.It Li /{N;s/^\.It Li ([A-Za-z]+)\n\.Xr seccompctl-([a-z]+) 1.*/\1 \2/p}')
  [ "$count" -eq "$(kinds | wc -l)" ]
}

@test "each page has the options of --help with their letters, and no other" {
  for command in $(commands); do
    diff -u <(help_options "$command") <(man_options "$command")
    diff -u <(help_letters "$command") <(man_letters "$command")
  done
}

@test "each page has each choice of each option" {
  count=0
  for command in $(commands); do
    for choice in $("$ctl" "$command" --help | tr -s ' \n' ' ' | grep -oE ': [a-z0-9-]+(, [a-z0-9-]+)+ \(default' |
      grep -oE '[a-z0-9-]+' | grep -vx default); do
      grep -qE "^\.(It )?Cm $choice( |$)" "$(page "$command")" || { echo "$command: $choice" && false; }
      count=$((count + 1))
    done
  done
  [ "$count" -ge 10 ]
}

@test "the page of validate has the limits of the code" {
  grep -q 'SCD_PROFILE_MAX ((size_t)1 << 20)' "$root/common/bounds.h"
  grep -q 'a profile over 1 MiB' "$(page validate)"
  grep -q 'SCD_INPUT_MAX ((size_t)16 << 20)' "$root/cli/inputs.h"
  grep -q '16 MiB of a text' "$(page validate)"
  grep -q 'SCD_CHECK_ARCHS_MAX ((size_t)8)' "$root/common/check.h"
  grep -q 'up to 8' "$(page validate)"
  grep -q 'SCD_MANIFEST_ITEMS_MAX ((size_t)4096)' "$root/cli/manifest.h"
  grep -q 'SCD_MANIFEST_BYTES_MAX ((size_t)16 << 20)' "$root/cli/manifest.h"
  grep -q 'SCD_MANIFEST_DEPTH_MAX ((size_t)100)' "$root/cli/manifest.h"
  grep -q 'Of one manifest at most 4,096 profiles, as many users of profiles, and 16 MiB' "$(page validate)"
  grep -q 'nested up to 100 deep' "$(page validate)"
  grep -q 'SCD_MANIFEST_COMPARED_MAX ((size_t)1 << 26)' "$root/cli/manifest.h"
  grep -q "after 67,108,864 keys" "$(page validate)"
  grep -q 'SCD_POOL_JOBS_MAX ((size_t)256)' "$root/cli/pool.h"
  grep -q 'from 1 to 256' "$(page validate)"
}

# Runs each ".Dl $ ..." of a page in a directory with the files of tests/data/examples. The
# line before, when it is a comment ".\" exit N", says how the example ends; else it is 0.
run_examples() {
  local page=$1 want=0 line count=0
  rm -rf examples && cp -r "$root/tests/data/examples" examples
  while IFS= read -r line; do
    case $line in
      '.\" exit '*) want=${line##* } ;;
      '.Dl $ '*)
        line=${line#'.Dl $ '}
        line=${line//'\(dq'/'"'}
        line=${line//'\e'/'\'}
        run bash -o pipefail -c "cd examples && $line"
        if [ "$status" -ne "$want" ] || [ -z "$output" ]; then
          printf '%s: exit %s, not %s: %s\n%s\n' "$page" "$status" "$want" "$line" "$output"
          return 1
        fi
        want=0
        count=$((count + 1))
        ;;
      *) want=0 ;;
    esac
  done < <(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$page")
  [ "$count" -ge 1 ] || { echo "$page: no examples" && return 1; }
}

@test "the examples of every page run and end as they say" {
  PATH=$(dirname "$ctl"):$PATH
  for page in "$root"/man/seccompctl*.1; do
    run_examples "$page"
  done
}

@test "an example that is wrong is noticed" {
  PATH=$(dirname "$ctl"):$PATH
  printf '%s\n' '.Sh EXAMPLES' '.Dl $ seccompctl validat web.json' > wrong.1
  run -1 run_examples wrong.1
  printf '%s\n' '.Sh EXAMPLES' '.\" exit 1' '.Dl $ seccompctl validate web.json' > wrong.1
  run -1 run_examples wrong.1
  printf '%s\n' '.Sh EXAMPLES' '.Dl $ seccompctl validate web.json' > right.1
  run -0 run_examples right.1
}

@test "docs/rules.md is what the table of rules says" {
  diff -u "$root/docs/rules.md" <("$root/tests/lint/rules_doc.sh" "$ctl")
}
