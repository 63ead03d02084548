#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `seccompctl validate` on Kubernetes manifests, in parallel, with settings of directories.
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

@test "findings in a ConfigMap stand where the YAML has them, in every style" {
  cat > cm.yaml <<'YAML'
# comment
apiVersion: v1
kind: ConfigMap
metadata:
  name: profiles
data:
  literal.json: |
    {
      "defaultAction": "SCMP_ACT_ALOW",
      "syscalls": []
    }
  indented.json: |1-
    {
   "defaultAction": "SCMP_ACT_ALOW", "syscalls": []
    }
  folded.json: >
    {
    "defaultAction":
    "SCMP_ACT_ALOW",

    "syscalls": [] }
  double.json: "{\"defaultAction\":\n \"SCMP_ACT_ALOW\", \"syscalls\": []}"
  single.json: '{"defaultAction": "SCMP_ACT_ALOW",

    "syscalls": []}'
YAML
  run -0 findings cm.yaml
  diff - <(grep -v note <<< "$output") <<'END'
9:24 error action-unknown
14:21 error action-unknown
19:5 error action-unknown
22:39 error action-unknown
23:35 error action-unknown
END
  run -1 "$ctl" validate cm.yaml
  [ "${lines[1]}" = '    9 |       "defaultAction": "SCMP_ACT_ALOW",' ]
  [ "${lines[2]}" = '      |                        ^~~~~~~~~~~~~~~' ]
  [ "${lines[-1]}" = '1 file with 5 profiles, 5 errors, 0 warnings' ]
}

@test "the report names the object and the key of a profile" {
  write_config_map > cm.yaml
  run -0 "$ctl" validate -o json cm.yaml
  jq_true '.files | length == 1 and .[0].object == "ConfigMap profiles" and .[0].key == "good.json"
    and .[0].sha256 == $sha' --arg sha "$(clean_profile | sha256sum | cut -d' ' -f1)" <<< "$output"
  jq_true '.summary | .files == 1 and .profiles == 1 and .accepted == 1' <<< "$output"
}

@test "a finding about a profile as a whole stands at its key" {
  printf 'apiVersion: v1\nkind: ConfigMap\ndata:\n  empty.json: "{}"\n' > cm.yaml
  run -0 findings cm.yaml
  [[ $output == *"error profile-empty"* && $output != *"0:0"* ]]
}

@test "Lists, several documents, anchors and JSON are read" {
  { write_config_map; echo '---'; write_pod profiles/goood.json; } > two.yaml
  run -0 findings two.yaml
  [ "$(grep -v note <<< "$output")" = '19:25 error localhost-profile-unknown' ]

  python3 -c 'import json, sys; print(json.dumps({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "p"}, "data": {"good.json": sys.argv[1]}},
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "w"}, "spec": {"securityContext":
      {"seccompProfile": {"type": "Localhost", "localhostProfile": "profiles/bad.json"}}}}]}, indent=1))' \
    "$(clean_profile)" > list.json
  run -0 findings list.json
  [ "$(grep -v note <<< "$output" | cut -d' ' -f2-)" = 'error localhost-profile-unknown' ]
  [ "$(findings - < list.json)" = "$output" ]

  cat > anchor.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
data:
  a.json: &text '{"defaultAction": "SCMP_ACT_ALOW", "syscalls": []}'
  b.json: *text
YAML
  run -0 findings anchor.yaml
  [ "$(grep -c '^4:36 error action-unknown$' <<< "$output")" -eq 2 ]
}

@test "what Kubernetes does not take is an error at its place" {
  cat > cm.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
data:
  web.json: {defaultAction: SCMP_ACT_ERRNO}
  ..json: 'x'
binaryData:
  b.json: aGVsbG8=
YAML
  run -0 findings cm.yaml
  grep -qx '4:13 error manifest-refused' <<< "$output"
  grep -qx '5:3 error path-rules' <<< "$output"
  grep -qx '7:3 error manifest-refused' <<< "$output"
}

@test "the size of a ConfigMap is that of its values, to the byte" {
  # @1: bytes of data, @2: of binaryData, before base64.
  write_sized() {
    python3 - "$1" "$2" > sized.yaml <<'PY'
import base64, sys
small = '{"defaultAction": "SCMP_ACT_ALLOW"}'
rest = int(sys.argv[1]) - len(small)
print("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a.json: '%s'" % small)
print("  a-long-key-that-counts-for-nothing: '%s'" % ("x" * rest))
print("binaryData:\n  logo: %s" % base64.b64encode(b"y" * int(sys.argv[2])).decode())
PY
  }
  write_sized 1048576 0
  run -0 "$ctl" validate sized.yaml
  write_sized 1048577 0
  run -1 "$ctl" validate sized.yaml
  [[ $output == *'1048577 bytes of values, and the API server takes 1048576: split the ConfigMap'* ]]
  write_sized 1000000 48576
  run -0 "$ctl" validate sized.yaml
  write_sized 1000000 48577
  run -1 "$ctl" validate sized.yaml
}

@test "a text that is not YAML is a finding when it is about profiles" {
  printf 'kind: ConfigMap\ndata:\n  a.json: "SCMP_ACT_ALLOW\n' > broken.yaml
  run -1 "$ctl" validate broken.yaml
  [[ $output == *"broken.yaml:3:11: error: the manifest cannot be read: a quote that is not closed [SCP090 manifest-syntax]"* ]]
  mkdir chart && printf '{{ if .x }}\nlocalhostProfile: y\n{{ end }}\n' > chart/pod.yaml
  run -1 "$ctl" validate chart
  [[ $output == *"a template has to be rendered first"* ]]
  # Other people's templates are nobody's business; good profiles beside them are judged.
  printf '{{ if .x }}\n{{ end }}\n' > chart/pod.yaml
  clean_profile > chart/good.json
  run -0 "$ctl" validate chart
  [ "$output" = '1 file, 0 errors, 0 warnings' ]
}

@test "what comes from a pipe is a manifest also when its first document is empty or wrong" {
  pod='apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {securityContext: {seccompProfile: {type: Localhost, localhostProfile: /x.json}}}\n'
  run -1 "$ctl" validate - < <(echo -e "---\n# Source: empty.yaml\n---\n$pod")
  [[ ${lines[0]} == '<stdin>:7:78: error: Pod p: localhostProfile "/x.json" begins with a slash'* ]]
  run -1 "$ctl" validate - < <(echo -e "# made by hand\nx: 1\n---\n$pod")
  [[ ${lines[0]} == '<stdin>:7:'*': error: Pod p: '* ]]
  run -1 "$ctl" validate - < <(echo -e "a: 'x\n---\n$pod")
  [[ ${lines[0]} == '<stdin>:1:4: error: the manifest cannot be read: a quote that is not closed [SCP090 '* ]]
  run -1 "$ctl" validate - < <(echo -e "{{ if .on }}\n$pod{{ end }}\n")
  [[ ${lines[0]} == *'the manifest cannot be read (a template has to be rendered first): '* ]]
  # A profile that holds the two words is a profile.
  run -0 "$ctl" validate - < <(clean_profile | sed '2i "apiVersion": "v1", "kind": "x",')
}

@test "YAML without anything about seccomp is trouble as an operand, unless it may be skipped" {
  printf 'a: 1\n' > other.yaml
  run -3 "$ctl" validate other.yaml
  [[ $output == *"no profile, and nothing that uses one, in 'other.yaml'"* ]]
  run -0 "$ctl" validate --skip-unrelated other.yaml
  mkdir dir && cp other.yaml dir
  run -3 "$ctl" validate dir
  [[ $output == *"no profile, and nothing that uses one, below 'dir'"* ]]
  clean_profile > dir/good.json
  run -0 "$ctl" validate dir
  # A ConfigMap of something else is not judged in passing, and is when it is asked for.
  printf 'apiVersion: v1\nkind: ConfigMap\ndata:\n  dashboard.json: "{}"\n' > dir/grafana.yaml
  run -0 "$ctl" validate dir
  run -1 "$ctl" validate dir/grafana.yaml
}

@test "--skip-unrelated passes over whatever is not about seccomp" {
  printf 'build: !reference [.build, script]\n' > .gitlab-ci.yml
  printf '{{- if .Values.on }}\nkind: Service\n{{- end }}\n' > template.yaml
  printf 'apiVersion: v1\nkind: ConfigMap\ndata:\n  dashboard.json: "{}"\n' > grafana.yaml
  echo '{"name": "web", "scripts": {}}' > package.json
  for file in .gitlab-ci.yml template.yaml grafana.yaml package.json; do
    run -1 "$ctl" validate "$file"
    run -0 "$ctl" validate --skip-unrelated "$file"
    [ "$output" = '0 files, 0 errors, 0 warnings' ]
  done
  mkdir -p dir/profiles && cp package.json dir && clean_profile > dir/profiles/good.json
  run -1 "$ctl" validate dir
  run -0 "$ctl" validate --skip-unrelated dir
  [ "$output" = '1 file, 0 errors, 0 warnings' ]
  # What could be a profile is judged, misspelt or empty as it may be.
  for text in '' ' {} ' '{"DefaultActions": "x"}' '{"names": ["mount"], "action": "SCMP_ACT_ERRNO"}' '{"syscals": []}'; do
    echo "$text" > dir/profiles/bad.json
    run -1 "$ctl" validate --skip-unrelated dir
  done
  printf '{{- if .Values.on }}\nseccompProfile: {}\n{{- end }}\n' > template.yaml
  run -1 "$ctl" validate --skip-unrelated template.yaml
}

@test "--exclude and the settings leave out what is called so" {
  mkdir -p charts/web/templates charts/web/profiles
  clean_profile > charts/web/profiles/good.json
  printf '{{- if .Values.on }}\nseccompProfile: {}\n{{- end }}\n' > charts/web/templates/pod.yaml
  echo '{}' > charts/web/package.json
  run -1 "$ctl" validate .
  run -0 "$ctl" validate --exclude='charts/*/templates,package.json' .
  [ "$output" = '1 file, 0 errors, 0 warnings' ]
  run -0 "$ctl" validate --exclude=templates --exclude=package.json "$PWD/charts"
  # What is given by its own name is not left out, and neither is a directory for what is above it.
  run -1 "$ctl" validate --exclude=package.json charts/web/package.json
  # Unless it is in passing: a hook is given all that is changed.
  run -0 "$ctl" validate --skip-unrelated --exclude=templates charts/web/templates/pod.yaml
  [ "$output" = '0 files, 0 errors, 0 warnings' ]
  run -1 "$ctl" validate --skip-unrelated --exclude="${PWD##*/}" "$PWD/charts/web/templates/pod.yaml"
  run -1 "$ctl" validate --exclude="${PWD##*/}" "$PWD/charts"
  mkdir .git
  printf 'exclude: [templates, package.json]\n' > .seccompctl.yaml
  run -0 "$ctl" validate charts
  run -1 "$ctl" validate --exclude=nothing charts
  run -3 "$ctl" validate charts/web/templates
  [[ $output == *"no profile, and nothing that uses one, below 'charts/web/templates'"* ]]
  run -2 "$ctl" validate --exclude=/ charts
  [[ $output == *'--exclude: a pattern that nothing matches'* ]]
}

@test "each wrong localhostProfile says what to write" {
  write_config_map > cm.yaml
  while IFS='|' read -r written rule instead; do
    write_pod "$written" > pod.yaml
    run -1 "$ctl" validate cm.yaml pod.yaml
    [[ ${lines[0]} == "pod.yaml:8:25: error: Pod web: localhostProfile "*"write \"$instead\" [SCP0"*" $rule]" ]] ||
      { echo "$written: ${lines[0]}" && false; }
  done <<'END'
good.json|localhost-profile-path|profiles/good.json
localhost/profiles/good.json|localhost-profile-path|profiles/good.json
localhost/good.json|localhost-profile-path|profiles/good.json
/var/lib/kubelet/seccomp/profiles/good.json|localhost-profile-path|profiles/good.json
/profiles/good.json|localhost-profile-path|profiles/good.json
profiles/../profiles/good.json|localhost-profile-path|profiles/good.json
profiles/goood.json|localhost-profile-unknown|profiles/good.json
profiles/good|localhost-profile-unknown|profiles/good.json
profile/good.json|localhost-profile-unknown|profiles/good.json
END
  write_pod '""' > pod.yaml
  run -1 "$ctl" validate cm.yaml pod.yaml
  [[ ${lines[0]} == *"is empty"*"localhost-profile-path]" ]]
}

@test "a localhostProfile that is there is in order, also below a directory of a mount" {
  write_config_map > cm.yaml
  for path in profiles/good.json profiles/base/good.json; do
    write_pod "$path" > pod.yaml
    run -0 "$ctl" validate cm.yaml pod.yaml
    [ "$output" = '2 files with 1 profile, 0 errors, 0 warnings' ]
  done
  mkdir -p lib/applications && clean_profile > lib/applications/web.json
  write_pod profiles/applications/web.json > lib/pod.yaml
  run -0 "$ctl" validate lib
  write_pod profiles/web.json > lib/pod.yaml
  run -1 "$ctl" validate lib
  # Without any profile nothing is known of names; of form it is.
  write_pod profiles/elsewhere.json > pod.yaml
  run -0 "$ctl" validate pod.yaml
  write_pod /elsewhere.json > pod.yaml
  run -1 "$ctl" validate pod.yaml
}

@test "every workload and every kind of container is looked at" {
  write_config_map > cm.yaml
  pod='{"metadata": {"annotations": {}}, "spec": {"securityContext": {"seccompProfile": $bad}, "initContainers": [{"name": "i", "securityContext": {"seccompProfile": $bad}}], "containers": [{"name": "c", "securityContext": {"seccompProfile": $bad}}], "ephemeralContainers": [{"name": "e", "securityContext": {"seccompProfile": $bad}}]}}'
  for kind in Pod Deployment DaemonSet StatefulSet ReplicaSet ReplicationController Job CronJob PodTemplate; do
    case $kind in
      Pod) of='$pod' ;;
      PodTemplate) of='{template: $pod}' ;;
      CronJob) of='{spec: {jobTemplate: {spec: {template: $pod}}}}' ;;
      *) of='{spec: {template: $pod}}' ;;
    esac
    jq -n --arg kind "$kind" '{type: "Localhost", localhostProfile: "profiles/no.json"} as $bad | '"$pod"' as $pod |
      {apiVersion: "v1", kind: $kind} + '"$of"' + {metadata: {name: "w"}}' > workload.json
    run -0 findings cm.yaml workload.json
    [ "$(grep -c 'error localhost-profile-unknown' <<< "$output")" -eq 4 ] || { echo "$kind: $output" && false; }
    run -1 "$ctl" validate cm.yaml workload.json
    [[ $output == *": $kind w, container e: "* ]]
  done
}

@test "a seccompProfile that the API server refuses or drops is told" {
  cat > pod.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    seccomp.security.alpha.kubernetes.io/pod: localhost/profiles/web.json
spec:
  seccompProfile: {type: RuntimeDefault}
  containers:
  - name: a
    securityContext: {seccompProfile: {type: Localhost}}
  - name: b
    securityContext: {seccompProfile: {type: RuntimeDefault, localhostProfile: profiles/web.json}}
  - name: c
    securityContext: {seccompProfile: {type: localhost, localhostProfile: profiles/web.json}}
YAML
  run -0 findings pod.yaml
  diff - <(echo "$output") <<'END'
6:5 warning manifest-ignored
8:19 warning manifest-ignored
11:39 error manifest-refused
13:80 error manifest-refused
15:46 error manifest-refused
END
  run -0 findings --disable=manifest-refused --disable=manifest-ignored pod.yaml
  [ -z "$output" ]
  run -0 findings --strict pod.yaml
  [ "$(grep -c error <<< "$output")" -eq 5 ]
}

@test "a SeccompProfile of the operator is judged as the file that it writes" {
  for version in v1alpha1 v1beta1 v1; do
    cat > cr.yaml <<YAML
apiVersion: security-profiles-operator.x-k8s.io/$version
kind: SeccompProfile
metadata: {name: web, namespace: shop}
spec:
  defaultAction: SCMP_ACT_ALLOW
  defaultErrnoRet: 38
  architectures: [SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32]
  syscalls:
  - action: SCMP_ACT_ERRNO
    errnoRet: 1
    names:
    - bpf
    - mout
    arg: []
  - action: SCMP_ACT_ERRNO
    names: [ptrace]
    args:
    - {index: 9, value: 1, op: SCMP_CMP_EQ}
YAML
    run -0 findings cr.yaml
    grep -qx '6:3 warning manifest-ignored' <<< "$output"
    grep -qx '13:7 .* syscall-unknown' <<< "$output"
    grep -qx '14:5 error manifest-ignored' <<< "$output"
    grep -qx '18:15 error arg-index' <<< "$output"
  done
  run -1 "$ctl" validate -o json cr.yaml
  jq_true 'any(.files[]; .object == "SeccompProfile shop/web")' <<< "$output"
}

@test "what editors and shells on Windows write: line ends, a byte order mark, UTF-16" {
  cat > plain.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: p}
data:
  web.json: |
    {"defaultAction": "SCMP_ACT_ALOW"}
YAML
  run -1 "$ctl" validate plain.yaml
  said=${output//plain/x}
  sed 's/$/\r/' plain.yaml > crlf.yaml
  run -1 "$ctl" validate crlf.yaml
  [ "${output//crlf/x}" = "$said" ]
  { printf '\xef\xbb\xbf'; cat plain.yaml; } > mark.yaml
  run -1 "$ctl" validate mark.yaml
  [ "${output//mark/x}" = "$said" ]
  run -1 "$ctl" validate - < mark.yaml
  [ "${output//<stdin>/x.yaml}" = "$said" ]
  iconv -f UTF-8 -t UTF-16 plain.yaml > wide.yaml
  run -1 "$ctl" validate wide.yaml
  [[ $output == *"UTF-16: save the file as UTF-8"* ]]
  # A runtime takes neither.
  echo '{"defaultAction": "SCMP_ACT_ALLOW"}' > good.json
  sed 's/$/\r/' good.json > crlf.json
  run -0 "$ctl" validate crlf.json
  { printf '\xef\xbb\xbf'; cat good.json; } > mark.json
  run -1 "$ctl" validate mark.json
  [[ $output == *"a byte order mark, which no consumer accepts: save the file without one"* ]]
  iconv -f UTF-8 -t UTF-16 good.json > wide.json
  run -1 "$ctl" validate wide.json
  [[ $output == *"the file is UTF-16, which no consumer reads: save it as UTF-8"* ]]
}

@test "fields that only some versions of the operator have, and a number that it never writes" {
  for version in v1alpha1 v1beta1 v1; do
    cat > cr.yaml <<YAML
apiVersion: security-profiles-operator.x-k8s.io/$version
kind: SeccompProfile
metadata: {name: web}
spec:
  disabled: false
  state: Enabled
  listenerPath: /var/run/security-profiles-operator/agent.sock
  listenerMetadata: x
  flags: [SECCOMP_FILTER_FLAG_LOG]
  defaultAction: SCMP_ACT_ALLOW
  architectures: [SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32]
  syscalls:
  - {action: SCMP_ACT_ERRNO, errnoRet: 0, names: [bpf]}
  - {action: SCMP_ACT_ERRNO, errnoRet: 38, names: [ptrace], args: [{index: 0, value: 0, valueTwo: 0, op: SCMP_CMP_EQ}]}
YAML
    run -0 findings cr.yaml
    line=6
    [ "$version" != v1 ] || line=5
    [ "$(grep manifest-ignored <<< "$output")" = "$line:3 warning manifest-ignored
13:40 warning manifest-ignored" ]
    # What is judged is the file without that number.
    run ! grep -q errno <<< "$output"
    # A pattern of v1 alone.
    sed -i 's,security-profiles-operator/agent.sock,agent.sock,' cr.yaml
    run -0 findings cr.yaml
    [ "$(grep -c '^7:17 error manifest-refused' <<< "$output")" = "$([ "$version" = v1 ] && echo 1 || echo 0)" ]
  done
}

@test "the operator's own directory is known, and the base of a profile is not judged" {
  cat > cr.yaml <<'YAML'
apiVersion: security-profiles-operator.x-k8s.io/v1beta1
kind: SeccompProfile
metadata: {name: web, namespace: shop}
spec:
  baseProfileName: runc
  defaultAction: SCMP_ACT_ERRNO
  architectures: [SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32]
  syscalls:
  - {action: SCMP_ACT_ALLOW, names: [read, write]}
YAML
  run -0 "$ctl" validate cr.yaml
  sed -i '/baseProfileName/d' cr.yaml
  run -1 "$ctl" validate cr.yaml
  for path in operator/web.json operator/shop/web.json; do
    write_pod "$path" > pod.yaml
    run -0 findings cr.yaml pod.yaml
    [[ $output != *localhost* ]]
  done
  write_pod profiles/web.json > pod.yaml
  run -1 "$ctl" validate cr.yaml pod.yaml
  [[ $output == *'write "operator/web.json"'* ]]
}

@test "a SeccompProfile in a *.json is refused: a runtime would read it as a profile" {
  jq -n '{apiVersion: "security-profiles-operator.x-k8s.io/v1beta1", kind: "SeccompProfile", spec: {defaultAction: "SCMP_ACT_ALLOW"}}' > cr.json
  run -1 "$ctl" validate cr.json
  [[ $output == *"[SCP002 profile-wrapped]"* ]]
  run -0 "$ctl" validate - < cr.json
}

@test "the order of the output does not depend on the number of jobs" {
  mkdir many
  for i in $(seq 10 60); do
    if [ $((i % 3)) -eq 0 ]; then fail_open_profile > "many/$i.json"; else clean_profile > "many/$i.json"; fi
  done
  write_config_map > many/35.yaml
  run -1 "$ctl" validate -o json --jobs=1 many
  one=$output
  run -1 "$ctl" validate -o json --jobs=8 many
  [ "$output" = "$one" ]
  run -1 "$ctl" validate -o json many
  [ "$output" = "$one" ]
  [ "$(jq '.files | length' <<< "$one")" -eq 52 ]
  run -2 "$ctl" validate --jobs=0 many
}

@test "aliases cannot make a small text endless" {
  { printf 'kind: List\napiVersion: v1\nitems: &l\n'; for _ in $(seq 200); do echo '- {kind: List, items: *l}'; done; } > loop.yaml
  run -1 timeout 20 "$ctl" validate loop.yaml
  [[ $output == *"too much in one text"* ]]
  { printf 'apiVersion: v1\nkind: List\nitems:\n- &c\n  apiVersion: v1\n  kind: ConfigMap\n  data:\n    a.json: "'
    head -c 1000000 /dev/zero | tr '\0' ' '; echo '"'; for _ in $(seq 100); do echo '- *c'; done; } > big.yaml
  run -1 timeout 50 "$ctl" validate big.yaml
  [[ $output == *"too much in one text"* ]]
}

@test "the nearest .seccompctl.yaml says how to judge, and the command line has the last word" {
  mkdir -p repo/.git repo/profiles/legacy
  clean_profile | grep -v architectures > repo/profiles/new.json # gets a warning
  cp repo/profiles/new.json repo/profiles/legacy/old.json
  run -0 "$ctl" validate repo/profiles
  printf 'strict: true\n' > repo/.seccompctl.yaml
  printf 'failOn: error\ndisable: [arch-32bit-killed]\n' > repo/profiles/legacy/.seccompctl.yaml
  run -1 --separate-stderr "$ctl" validate -v repo/profiles
  [[ $output == *"new.json:"*" error: "* && $output != *old.json* ]]
  [[ $stderr == *"'$PWD/repo/.seccompctl.yaml'"* && $stderr == *"'$PWD/repo/profiles/legacy/.seccompctl.yaml'"* ]]
  run -1 "$ctl" validate -o json repo/profiles
  jq_true --arg file "$PWD/repo/.seccompctl.yaml" '[.files[] | select(.name | endswith("new.json"))][0].settings == $file' <<< "$output"
  run -0 "$ctl" validate --strict=false repo/profiles
  (cd repo/profiles && run -1 "$ctl" validate - < new.json)
  # A file above the repository is somebody else's.
  rm repo/.seccompctl.yaml
  printf 'strict: true\n' > .seccompctl.yaml
  run -0 "$ctl" validate repo/profiles/new.json
  # Without a repository, only those from the operand on count.
  rm -r repo/.git
  run -0 "$ctl" validate repo/profiles
  printf 'failOn: warning\n' > repo/profiles/.seccompctl.yaml
  run -1 "$ctl" validate repo
  run -0 "$ctl" validate --fail-on=error repo
}

@test "a .seccompctl.yaml with a mistake is exit 2 and names the place" {
  clean_profile > a.json
  printf 'strct: true\n' > .seccompctl.yaml
  run -2 "$ctl" validate a.json
  [[ $output == *'.seccompctl.yaml:1:1: unknown key "strct", did you mean strict?' ]]
  printf 'jobs: 2\n' > .seccompctl.yaml
  run -2 "$ctl" validate a.json
  [[ $output == *'cannot be set in a file'* ]]
  printf 'disable: [json-syntax]\n' > .seccompctl.yaml
  run -2 "$ctl" validate a.json
  printf 'kind: SeccompdConfiguration\n' > .seccompctl.yaml
  run -2 "$ctl" validate a.json
  printf 'apiVersion: seccompd.dev/v1alpha1\nkind: SeccompctlConfiguration\narch: [arm64]\nruntime: cri-o\nociRuntime: crun\ntrialLoad: false\n' > .seccompctl.yaml
  run -0 "$ctl" validate a.json
  # One that says nothing is one all the same.
  for text in '' '# arch: [x86]\n' '---\n' '\n---\n# x\n'; do
    echo -e "$text" > .seccompctl.yaml
    run -0 "$ctl" validate a.json
    run -0 --separate-stderr "$ctl" validate -v a.json
    [[ $stderr == *'settings are taken from '* ]]
  done
  ln -sf /dev/zero .seccompctl.yaml
  run -3 "$ctl" validate a.json
}

@test "a bar is drawn on a terminal when it takes over a second, and taken away" {
  mkdir one slow
  # Conditions that take libseccomp long, within what a check may take.
  jq -n '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [range(0; 1500) | {names: ["ioctl"], action: "SCMP_ACT_ALLOW",
    args: [{index: 1, value: ., op: "SCMP_CMP_EQ"}, {index: 2, value: ., op: "SCMP_CMP_NE"}]}]}' > one/slow.json
  start=$(date +%s%N)
  run -1 "$ctl" validate one
  # As many as take this machine three seconds or more.
  count=$((3000000000 / ($(date +%s%N) - start) + 2))
  for ((i = 0; i < count; i++)); do cp one/slow.json "slow/$i.json"; done
  script -qec "'$ctl' validate --jobs=1 slow" /dev/null > typescript < /dev/null || true
  grep -qE "\] [0-9]+ of $count files" typescript
  grep -q $' files\r\033\[K' typescript
}

@test "each rule of manifests reports its own example alone, and nothing its repaired form" {
  count=0
  for id in $("$ctl" rules -o json | jq -r '.rules[].id | select(. >= "SCP090")'); do
    "$ctl" rules -o json "$id" > rule.json
    jq -er .example rule.json > bad.yaml
    jq -er .repaired rule.json > good.yaml
    severity=$(jq -r .severity rule.json)
    [ "$(findings bad.yaml | cut -d' ' -f2-)" = "$severity $(jq -r .name rule.json)" ]
    run -0 "$ctl" validate --arch=x86_64 --fail-on=note good.yaml
    [ -z "$(findings good.yaml)" ]
    # For people the lines stand as they are.
    diff <("$ctl" rules "$id" | sed -n '/^Example$/,/^$/s/^    //p') bad.yaml
    count=$((count + 1))
  done
  [ "$count" -eq 5 ]
}

@test "mappings of many keys that aliases repeat end at a limit" {
  { printf 'kind: List\napiVersion: v1\nitems: &l\n'
    for _ in {1..40}; do
      printf -- '- {%s kind: List, items: *l}\n' "$(printf 'k%d: 1, ' {1..3000})"
    done; echo '# seccompProfile'; } > bomb.yaml
  run -1 timeout 60 "$ctl" validate bomb.yaml
  [[ $output == *"too much in one text"*"[SCP090 manifest-syntax]"* ]]
}
