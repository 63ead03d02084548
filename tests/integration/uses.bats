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

@test "what is proposed is similar, and not just as short" {
  write_config_map > cm.yaml
  write_pod profiles/nope.json > pod.yaml
  run -1 "$ctl" validate cm.yaml pod.yaml
  [[ ${lines[0]} == *'"profiles/nope.json" is none of the profiles [SCP093 '* ]]
}

@test "a profile that an unknown kind of object uses is looked up, and so is one in the values of a chart" {
  write_config_map > cm.yaml
  cat > rollout.yaml <<'YAML'
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: web
        securityContext: {seccompProfile: {type: Localhost, localhostProfile: profiles/god.json}}
      - name: log
        securityContext: {seccompProfile: {type: RuntimeDefault}}
YAML
  cat > values.yaml <<'YAML'
web:
  podSecurityContext:
    seccompProfile:
      type: Localhost
      localhostProfile: profiles/god.json
YAML
  run -0 findings cm.yaml rollout.yaml values.yaml
  [ "$output" = $'9:79 error localhost-profile-unknown\n5:25 error localhost-profile-unknown' ]
  run -1 "$ctl" validate cm.yaml rollout.yaml values.yaml
  [[ ${lines[0]} == *': error: Rollout web: localhostProfile "profiles/god.json" is '*'write "profiles/good.json"'* ]]
  [[ $output == *'values.yaml:5:25: error: the document: localhostProfile'* ]]
  sed -i s/god/good/ rollout.yaml values.yaml
  run -0 "$ctl" validate cm.yaml rollout.yaml values.yaml
  # The schema of such an object names the fields and uses no profile; neither does one in a circle.
  printf 'kind: CustomResourceDefinition\nspec: {seccompProfile: {properties: {localhostProfile: {type: string}, type: {type: string}}}}\n' > crd.yaml
  run -3 "$ctl" validate crd.yaml
  printf 'kind: X\na: &a {b: *a, localhostProfile: x, c: [*a, *a]}\n' > circle.yaml
  run -1 "$ctl" validate circle.yaml
  [[ $output == *'too much in one text'* ]]
}

@test "merge keys are what Kubernetes takes them for" {
  write_config_map > cm.yaml
  cat > pod.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations: &defaults
    seccompProfile: {type: Localhost, localhostProfile: profiles/god.json}
spec:
  securityContext: {<<: *defaults, runAsUser: 1}
  containers:
  - {name: own, securityContext: {<<: *defaults, seccompProfile: {type: RuntimeDefault}}}
YAML
  run -0 findings cm.yaml pod.yaml
  [ "$output" = '6:57 error localhost-profile-unknown' ]
  sed -i s/god/good/ pod.yaml
  run -0 "$ctl" validate cm.yaml pod.yaml
  # Settings hide nothing behind one.
  printf 'x: 1\n<<: {strict: true}\n' > .seccompctl.yaml
  run -2 "$ctl" validate cm.yaml
}

@test "a privileged container runs unconfined, whoever gives it a profile" {
  cat > pod.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext: {seccompProfile: {type: Localhost, localhostProfile: profiles/web.json}}
  containers:
  - {name: inherits, securityContext: {privileged: true}}
  - {name: other, securityContext: {privileged: true, seccompProfile: {type: Unconfined}}}
  - {name: own, securityContext: {privileged: true, seccompProfile: {type: Localhost, localhostProfile: profiles/own.json}}}
  - {name: plain, securityContext: {privileged: false}}
YAML
  run -0 findings pod.yaml
  [ "$output" = $'7:52 warning manifest-ignored\n9:47 warning manifest-ignored' ]
  sed -i 's/type: Localhost, localhostProfile: profiles.web.json/type: RuntimeDefault/' pod.yaml
  run -0 findings pod.yaml
  [ "$output" = '9:47 warning manifest-ignored' ]
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
