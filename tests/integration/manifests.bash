# SPDX-License-Identifier: MIT
# For bats: manifests to judge; $ctl is the program.
# shellcheck shell=bash disable=SC2154

# A profile of which nothing is to be said.
clean_profile() {
  cat <<'JSON'
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  "syscalls": [{ "names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1 }]
}
JSON
}

# "LINE:COLUMN SEVERITY RULE" of each finding, in the order of the report.
findings() {
  "$ctl" validate -o json "$@" | jq -r '.files[].findings[]? | "\(.line // 0):\(.column // 0) \(.severity) \(.rule)"'
}

# A pod that uses profile $1.
write_pod() {
  cat <<YAML
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext:
    seccompProfile:
      type: Localhost
      localhostProfile: $1
  containers: [{name: web, image: web}]
YAML
}

# A ConfigMap with a good profile called good.json.
write_config_map() {
  printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: profiles}\ndata:\n  good.json: |\n'
  clean_profile | sed 's/^/    /'
}
