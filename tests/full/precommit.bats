#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The hook of .pre-commit-hooks.yaml, by pre-commit itself.

bats_require_minimum_version 1.5.0
load ../integration/lib.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  PATH=$(dirname "${B:-$root/build}/seccompctl"):$PATH
  command -v pre-commit > /dev/null || skip_or_fail 'no pre-commit'
  cd "$BATS_TEST_TMPDIR" || return
  export HOME=$PWD PRE_COMMIT_HOME=$PWD/cache GIT_CONFIG_NOSYSTEM=1
  git config --global user.email nobody@example.org
  git config --global user.name nobody
  repository hooks
  cp "$root/.pre-commit-hooks.yaml" hooks && committed hooks
  repository work
  mkdir work/profiles
  cp "$root/tests/data/examples/web.json" work/profiles
  cd work || return
}

repository() { git init -q -b main "$1"; }
committed() { git -C "$1" add -A && git -C "$1" commit -q -m files; }

# What the hook says of the files that are staged: of these alone.
commit_all() { git add -A && pre-commit try-repo ../hooks seccompctl-validate; }

@test "a commit with a bad profile is stopped at its line, and a good one passes" {
  run -0 commit_all
  [[ $output == *'judge seccomp profiles'*Passed* ]]
  sed 's/SCMP_ACT_/SCMP_ATC_/' profiles/web.json > profiles/bad.json
  run -1 commit_all
  [[ $output == *'profiles/bad.json:'*'error: "SCMP_ATC_'* ]]
}

@test "what is not about seccomp, and pods without their profiles, stop no commit" {
  printf 'build: !reference [.build, script]\n' > .gitlab-ci.yml
  echo '{"name": "web"}' > package.json
  mkdir -p chart/templates && printf '{{ if .on }}\nkind: Service\n{{ end }}\n' > chart/templates/service.yaml
  printf 'kind: Pod\nspec: {securityContext: {seccompProfile: {type: Localhost, localhostProfile: profiles/other.json}}}\n' > pod.yaml
  run -0 commit_all
  sed -i 's/profiles.other/\/profiles\/other/' pod.yaml
  run -1 commit_all
  [[ $output == *'begins with a slash'* ]]
}
