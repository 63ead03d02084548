# SPDX-License-Identifier: MIT
# For all bats: where the programs are, how a test waits, and how it says that it cannot run.
# shellcheck shell=bash

B=${B:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/build}
# Not as whoever runs the tests happens to have them: CI has no terminal, and script(1) starts SHELL.
export LC_ALL=C.UTF-8 TERM=xterm SHELL=/bin/bash

# Were the programs built for `make sanitize`? LeakSanitizer does not work in what somebody traces.
sanitized() { grep -q __asan_init "$B/seccompd"; }
# Or for `make coverage`: its files are written at the end, where the sandbox lets nobody.
measured() { grep -q __gcov_ "$B/seccompd"; }
no_leak_check() { export ASAN_OPTIONS=detect_leaks=0; }

# Runs a command as somebody else, who cannot enter the directory of the programs when that is below /root: a
# program that is to be run has to be copied to where we stand.
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }

# Waits until a command succeeds, and not longer than some seconds: within SECONDS COMMAND...
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

# The same for what has to come, however slow the machine is: who passes waits for nothing.
eventually() {
  within 60 "$@" && return 0
  echo "never true: $*" >&2
  [ ! -s "${LOG-}" ] || tail -n 20 "$LOG" >&2
  return 1
}

# Whether FILTER is true of a document: jq_true [--arg NAME VALUE]... FILTER [FILE]. To `jq -e` of Debian (1.6)
# everything is true of no document at all, such as a program writes that does nothing.
jq_true() {
  local named=()
  while [[ $1 == --arg* ]]; do
    named+=("${@:1:3}")
    shift 3
  done
  jq -ne "${named[@]}" "input | ($1)" "${@:2}"
}

# What cannot be tested here is said; where everything has to run, it is a failure.
skip_or_fail() {
  if [ "${SCD_MUST_RUN-}" = 1 ]; then
    echo "SCD_MUST_RUN=1, and this test cannot run: $1" >&2
    return 1
  fi
  skip "$1"
}
