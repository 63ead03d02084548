#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What `kubectl apply -k` would send: every promise of deploy/ that a typing mistake could break.

load ../common.bash

setup_file() {
  TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  export TOP
  for overlay in live immutable; do
    "$BATS_TEST_DIRNAME/kustomize.sh" "$TOP/deploy/kustomize/overlays/$overlay" \
      >"$BATS_FILE_TMPDIR/$overlay.yaml" || return 1
    python3 -c 'import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)' \
      <"$BATS_FILE_TMPDIR/$overlay.yaml" >"$BATS_FILE_TMPDIR/$overlay.json" || return 1
  done
}

# with_component OVERLAY COMPONENT: what the overlay makes with the component in it.
with_component() {
  local copy=$BATS_TEST_TMPDIR/$1

  mkdir -p "$copy"
  cp -r "$TOP/deploy" "$TOP/profiles" "$copy"
  printf 'components:\n  - ../../components/%s\n' "$2" >>"$copy/deploy/kustomize/overlays/$1/kustomization.yaml"
  "$BATS_TEST_DIRNAME/kustomize.sh" "$copy/deploy/kustomize/overlays/$1" |
    python3 -c 'import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)' \
      >"$BATS_FILE_TMPDIR/$1+$2.json"
}

# holds OVERLAY FILTER: the filter is true of the list of objects. Some words for it:
holds() {
  jq_true '
    def kind(k): map(select(.kind == k));
    def daemonset: kind("DaemonSet")[0];
    def pod: daemonset.spec.template.spec;
    def container: pod.containers[0];
    '"$2" "$BATS_FILE_TMPDIR/$1.json" >/dev/null || {
    echo "not so in overlays/$1: $2" >&2
    return 1
  }
}

both() {
  holds live "$1" && holds immutable "$1"
}

@test "the objects are these and no others: no Role, no Secret, no Service" {
  both 'map(.kind) | sort == ["ConfigMap", "ConfigMap", "ConfigMap", "DaemonSet", "Namespace",
    "NetworkPolicy", "ServiceAccount", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicyBinding"]'
}

@test "what belongs to the cluster has no namespace, everything else has ours" {
  both 'map(select(.kind | test("^(Namespace|ValidatingAdmissionPolicy.*)$")))
    | length == 5 and all(.metadata.namespace == null)'
  both 'map(select(.kind | test("^(Namespace|ValidatingAdmissionPolicy.*)$") | not))
    | length == 6 and all(.metadata.namespace == "seccompd-system")'
}

@test "the namespace allows a host path and warns of all else" {
  both 'kind("Namespace") | length == 1 and .[0].metadata.name == "seccompd-system"'
  both 'kind("Namespace")[0].metadata.labels
    | .["pod-security.kubernetes.io/enforce"] == "privileged"
      and .["pod-security.kubernetes.io/audit"] == "restricted"
      and .["pod-security.kubernetes.io/warn"] == "restricted"'
}

@test "the pod has no token" {
  both 'kind("ServiceAccount") | length == 1
    and .[0].metadata.name == "seccompd" and .[0].automountServiceAccountToken == false'
  both 'pod.serviceAccountName == "seccompd" and pod.automountServiceAccountToken == false'
  both 'pod.volumes | all(has("secret") or has("projected") | not)'
}

@test "the container has no capability and no way to one" {
  both 'pod.containers | length == 1'
  both 'pod | has("initContainers") or has("ephemeralContainers") | not'
  both 'container.securityContext == {privileged: false, allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true, capabilities: {drop: ["ALL"]}}'
  both 'pod.securityContext == {runAsUser: 0, runAsGroup: 0,
    seccompProfile: {type: "RuntimeDefault"}, appArmorProfile: {type: "RuntimeDefault"}}'
}

@test "with its own profile the daemon runs under it, and nothing else is different" {
  local overlay with

  for overlay in live immutable; do
    with_component "$overlay" own-profile
    with=$overlay+own-profile
    holds "$with" 'container.securityContext == {privileged: false, allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true, capabilities: {drop: ["ALL"]},
      seccompProfile: {type: "Localhost", localhostProfile: "profiles/base/seccompd.json"}}
      and pod.securityContext.seccompProfile == {type: "RuntimeDefault"}'
    # All but that, the init container and its volume is as without.
    [ "$(jq -S 'map(if .kind == "DaemonSet" then del(.spec.template.spec.initContainers,
        .spec.template.spec.containers[0].securityContext.seccompProfile,
        (.spec.template.spec.volumes[] | select(.name == "own-profile"))) else . end)' "$BATS_FILE_TMPDIR/$with.json")" \
      = "$(jq -S . "$BATS_FILE_TMPDIR/$overlay.json")" ]
  done
}

@test "an init container with no more rights installs that profile, and that alone, before" {
  local overlay

  for overlay in live immutable; do
    with_component "$overlay" own-profile
    # shellcheck disable=SC2016
    holds "$overlay+own-profile" 'pod as $pod | container as $main | ($pod.initContainers | length == 1)
      and ($pod.initContainers[0] | .image == $main.image
        and .securityContext == ($main.securityContext | del(.seccompProfile))
        and .args == ["--one-time", "--source=/profiles", "--destination=/host/seccomp/profiles", "--removal-policy=Retain"]
        and (.volumeMounts | map([.name, .mountPath, .readOnly])
          == [["own-profile", "/profiles", true], ["destination", "/host/seccomp/profiles", null]]))
      and ($pod.volumes[] | select(.name == "own-profile").configMap | .items == [{key: "seccompd.json", path: "base/seccompd.json"}])
      and (($pod.volumes[] | select(.name == "own-profile").configMap.name)
        == ($pod.volumes[] | select(.name == "profiles-base").configMap.name))'
  done
}

@test "the pod shares no namespace of the host" {
  both 'pod | .hostNetwork == false and .hostPID == false and .hostIPC == false
    and (has("hostUsers") | not)'
  both '[.. | objects | select(has("hostPort"))] == []'
}

@test "one directory of the host is mounted, and only that can be written" {
  both '[.. | objects | select(has("hostPath")) | .hostPath]
    == [{path: "/var/lib/kubelet/seccomp/profiles", type: "DirectoryOrCreate"}]'
  both '[container.volumeMounts[] | select(.readOnly != true)]
    == [{name: "destination", mountPath: "/host/seccomp/profiles"}]'
  both '[pod.volumes[] | select(.name == "destination") | keys[]] == ["hostPath", "name"]'
}

@test "ConfigMaps are mounted whole, read-only, and are among the objects" {
  both '[container.volumeMounts[] | select(.name != "destination")]
    | map([.name, .mountPath]) | sort == [["config", "/etc/seccompd"],
      ["profiles-applications", "/profiles/applications"], ["profiles-base", "/profiles/base"]]'
  both 'container.volumeMounts | all(has("subPath") or has("mountPropagation") | not)'
  both '[pod.volumes[] | select(.configMap)] | length == 3
    and all(.configMap.optional == false and .configMap.defaultMode == 292
            and (.configMap | has("items") | not))'
  both '([pod.volumes[].configMap.name // empty] | sort)
    == (kind("ConfigMap") | map(.metadata.name) | sort)'
}

@test "the arguments name the configuration where it is mounted" {
  holds live 'container.args == ["--config=/etc/seccompd/seccompd.yaml"]'
  both 'container | has("command") | not'
  both '[kind("ConfigMap")[] | select(.metadata.name | startswith("seccompd-config-"))]
    | length == 1 and (.[0].data | keys) == ["seccompd.yaml"]'
}

@test "the configuration names the directories that are mounted and the port that is probed" {
  grep -qx 'source: /profiles' "$TOP/deploy/kustomize/base/seccompd.yaml"
  grep -qx 'destination: /host/seccomp/profiles' "$TOP/deploy/kustomize/base/seccompd.yaml"
  grep -qx 'listen: ":8080"' "$TOP/deploy/kustomize/base/seccompd.yaml"
  both 'container.ports == [{name: "http", containerPort: 8080, protocol: "TCP"}]'
}

@test "the daemon takes the configuration that is shipped, and the library of profiles" {
  mkdir "$BATS_TEST_TMPDIR/dst"
  chmod 0755 "$BATS_TEST_TMPDIR/dst"
  run "$B/seccompd" --config="$TOP/deploy/kustomize/base/seccompd.yaml" --one-time --listen= \
    --source="$TOP/profiles" --destination="$BATS_TEST_TMPDIR/dst"
  echo "$output"
  [ "$status" -eq 0 ]
  cmp "$TOP/profiles/applications/web.json" "$BATS_TEST_TMPDIR/dst/applications/web.json"
}

@test "the probes look at /livez and /readyz, with patience" {
  both 'container.startupProbe == {httpGet: {path: "/livez", port: "http"},
    periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 30}'
  both 'container.livenessProbe == {httpGet: {path: "/livez", port: "http"},
    periodSeconds: 20, timeoutSeconds: 3, failureThreshold: 3}'
  both 'container.readinessProbe == {httpGet: {path: "/readyz", port: "http"},
    periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3}'
}

@test "memory is bounded, the processor is not" {
  both 'container.resources == {requests: {cpu: "5m", memory: "8Mi"}, limits: {memory: "160Mi"}}'
}

@test "the pod knows its node, its name, its namespace and its uid" {
  both '[container.env[] | [.name, .valueFrom.fieldRef.fieldPath]] | sort == [
    ["NODE_NAME", "spec.nodeName"], ["POD_NAME", "metadata.name"],
    ["POD_NAMESPACE", "metadata.namespace"], ["POD_UID", "metadata.uid"]]'
}

@test "every Linux node gets a pod, before the pods that need it" {
  both 'pod.nodeSelector == {"kubernetes.io/os": "linux"}
    and pod.tolerations == [{operator: "Exists"}]
    and pod.priorityClassName == "system-node-critical"
    and pod.terminationGracePeriodSeconds == 15 and pod.enableServiceLinks == false
    and container.terminationMessagePolicy == "FallbackToLogsOnError"'
}

@test "a rollout goes on while nodes fail, but not far" {
  both 'daemonset.spec | .minReadySeconds == 5 and .revisionHistoryLimit == 5
    and .updateStrategy.type == "RollingUpdate" and .updateStrategy.rollingUpdate.maxSurge == 0'
  holds live 'daemonset.spec.updateStrategy.rollingUpdate.maxUnavailable == "10%"'
  holds immutable 'daemonset.spec.updateStrategy.rollingUpdate.maxUnavailable == "5%"'
}

@test "the selector is only what never changes, and the pods carry it" {
  both 'daemonset.spec.selector == {matchLabels:
    {"app.kubernetes.io/name": "seccompd", "app.kubernetes.io/instance": "seccompd"}}'
  # shellcheck disable=SC2016
  both 'daemonset as $d | $d.spec.template.metadata.labels
    | contains($d.spec.selector.matchLabels)'
  both 'kind("NetworkPolicy")[0].spec.podSelector == daemonset.spec.selector'
}

@test "nothing may leave the pod, and only monitoring may come in" {
  both 'kind("NetworkPolicy")[0].spec | .policyTypes == ["Ingress", "Egress"]
    and (has("egress") | not)
    and .ingress == [{from: [{namespaceSelector: {matchLabels:
          {"kubernetes.io/metadata.name": "monitoring"}}}],
        ports: [{port: "http", protocol: "TCP"}]}]'
}

@test "every admission policy has a binding that denies, in our namespace" {
  both '(kind("ValidatingAdmissionPolicy") | map(.metadata.name) | sort)
    == (kind("ValidatingAdmissionPolicyBinding") | map(.spec.policyName) | sort)'
  both 'kind("ValidatingAdmissionPolicyBinding") | all(.spec.validationActions == ["Deny"]
    and .spec.matchResources.namespaceSelector.matchLabels
      == {"kubernetes.io/metadata.name": "seccompd-system"})'
  both 'kind("ValidatingAdmissionPolicy") | all(.spec.failurePolicy == "Fail")'
  # The one path of the policy is the one path of the DaemonSet.
  # shellcheck disable=SC2016
  both 'pod as $pod | kind("ValidatingAdmissionPolicy")
    | map(select(.metadata.name == "seccompd-pods"))[0].spec.validations[0].expression
    | contains("\u0027" + ($pod.volumes[] | .hostPath.path // empty) + "\u0027")'
}

@test "live keeps the names of the ConfigMaps of profiles, so that they can follow" {
  holds live '[kind("ConfigMap")[].metadata.name | select(startswith("seccompd-profiles-"))] | sort
    == ["seccompd-profiles-applications", "seccompd-profiles-base"]'
  holds live 'kind("ConfigMap") | all(has("immutable") | not)'
}

@test "immutable gives each set a name of its own, locks it, and is strict" {
  holds immutable '[kind("ConfigMap")[] | select(.metadata.name | startswith("seccompd-profiles-"))]
    | length == 2 and all((.metadata.name
        | test("^seccompd-profiles-(base|applications)-[a-z0-9]{10}$")) and .immutable == true)'
  holds immutable 'container.args
    == ["--config=/etc/seccompd/seccompd.yaml", "--ready-policy=strict"]'
}

@test "every profile of the library is in its ConfigMap, byte for byte, under the policy's eyes" {
  local file set n=0

  for file in "$TOP"/profiles/*/*.json; do
    set=$(basename "$(dirname "$file")")
    n=$((n + 1))
    # Compared as JSON strings: a command substitution would lose the final newline.
    [ "$(jq --arg map "seccompd-profiles-$set" --arg key "${file##*/}" '.[]
      | select(.kind == "ConfigMap" and .metadata.name == $map) | .data[$key]' \
      "$BATS_FILE_TMPDIR/live.json")" = "$(jq -Rs . "$file")" ]
  done
  holds live "[kind(\"ConfigMap\")[] | select(.metadata.labels[\"seccompd.dev/profiles\"] == \"true\")
    | .data | length] | length == 2 and add == $n"
}

@test "the image has the tag of this version" {
  both "container.image | endswith(\"/seccompd:v$(cat "$TOP/VERSION")\")"
  both 'container.imagePullPolicy == "IfNotPresent"'
}

@test "the profile of the example pod is where the daemon installs it" {
  local path

  path=$(sed -n 's/^ *localhostProfile: //p' "$TOP/deploy/examples/pod.yaml")
  [[ $path = profiles/*.json ]]
  # Below the destination the name is what it is below profiles/.
  [ -f "$TOP/$path" ]
}
