#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl validate` on pods and the profiles that they use.
# shellcheck disable=SC2016,SC2154 # jq expands what stands in single quotes; run sets stderr

bats_require_minimum_version 1.5.0
load lib.bash
load manifests.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  cd "$BATS_TEST_TMPDIR" || return
  mkdir work && cd work || return
  unset NO_COLOR
}

@test "a profile in a directory is found by the name that configmap's key and volume give it" {
  mkdir -p lib/base && clean_profile > lib/base/web.json
  "$ctl" configmap lib > cm.yaml
  write_pod profiles/base/web.json > pod.yaml
  run -0 "$ctl" validate cm.yaml pod.yaml
  write_pod profiles/bse/web.json > pod.yaml
  run -1 "$ctl" validate cm.yaml pod.yaml
  [[ ${lines[0]} == *'write "profiles/base/web.json" [SCP093 '* ]]
}

@test "a profile is called what the items of a volume call its key" {
  write_config_map > cm.yaml
  write_pod profiles/web/main.json > pod.yaml
  run -1 "$ctl" validate cm.yaml pod.yaml
  cat > installer.yaml <<'YAML'
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: seccompd}
spec:
  template:
    spec:
      volumes:
      - name: profiles
        projected:
          sources:
          - configMap: {name: profiles, items: [{key: good.json, path: web/main.json}]}
YAML
  run -0 "$ctl" validate cm.yaml pod.yaml installer.yaml
  sed -i 's/projected:/configMap:/; s/sources:/items:/; s/- configMap: .*items: \[\(.*\)\]}/- \1/' installer.yaml
  grep -q '  - {key: good.json, path: web/main.json}' installer.yaml
  run -0 "$ctl" validate cm.yaml pod.yaml installer.yaml
  # A key that no ConfigMap has names no profile.
  sed -i 's/good.json/other.json/' installer.yaml
  run -1 "$ctl" validate cm.yaml pod.yaml installer.yaml
}

@test "with --partial a profile may be somewhere else, and a wrong form stays wrong" {
  write_config_map > cm.yaml
  write_pod profiles/elsewhere.json > pod.yaml
  run -1 "$ctl" validate cm.yaml pod.yaml
  run -0 "$ctl" validate --partial cm.yaml pod.yaml
  [ "$output" = '2 files with 1 profile, 0 errors, 0 warnings' ]
  for wrong in good.json /profiles/good.json localhost/profiles/good.json; do
    write_pod "$wrong" > pod.yaml
    run -1 "$ctl" validate --partial cm.yaml pod.yaml
  done
}

@test "a path of Windows is told what it would be here" {
  write_config_map > cm.yaml
  write_pod "'profiles\\good.json'" > pod.yaml
  run -1 "$ctl" validate cm.yaml pod.yaml
  [[ ${lines[0]} == *'has a backslash in it, and no profile has: write "profiles/good.json" [SCP094 '* ]]
  run -1 "$ctl" validate pod.yaml
  [[ ${lines[0]} == *'has a backslash in it, and no profile has [SCP094 '* ]]
}

@test "a pod without a name is called a pod" {
  write_pod /x.json | sed '/^metadata/d' > pod.yaml
  run -1 "$ctl" validate pod.yaml
  [[ ${lines[0]} == *': error: Pod: localhostProfile '* ]]
}

@test "four thousand pods find their profiles among as many at once, and proposals have an end" {
  python3 - <<'PY'
profile = '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]}'
pod = '---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {securityContext: {seccompProfile: {type: Localhost, localhostProfile: profiles/%s-with-a-long-name-%04d.json}}}\n'
with open("cm.yaml", "w") as out:
    out.write("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a.json: '" + profile + "'\n")
with open("installer.yaml", "w") as out:
    items = ", ".join("{key: a.json, path: web-with-a-long-name-%04d.json}" % i for i in range(4000))
    out.write("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {volumes: [{configMap: {name: c, items: [" + items + "]}}]}\n")
for name in "web", "wbb":
    with open(name + ".yaml", "w") as out:
        out.writelines(pod % (name, i) for i in range(4000))
PY
  # Without an index the first takes minutes, and without an end of proposals so does the second one.
  run -0 timeout 60 "$ctl" validate cm.yaml installer.yaml web.yaml
  run -1 timeout 60 "$ctl" validate -o json cm.yaml installer.yaml wbb.yaml
  [ "$(jq '.files[] | select(.name == "wbb.yaml") | .findingsTotal' <<< "$output")" -eq 4000 ]
  [[ $(jq -r '.files[] | select(.name == "wbb.yaml") | .findings[0].message' <<< "$output") == *'write "profiles/web-with-a-long-name-0000.json"' ]]
}
