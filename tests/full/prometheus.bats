#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own: what setup and daemon_start set is its own as well.
# shellcheck disable=SC2016,SC2030,SC2031
# Metrics, alerts and the dashboard before the programs that they are for.

load ../integration/lib.bash

TOP=$BATS_TEST_DIRNAME/../..
RULES=$TOP/deploy/prometheus/rules.yaml
DASHBOARD=$TOP/deploy/dashboards/seccompd.json

setup() {
  volume_setup
  PROMETHEUS=
}

teardown() {
  [ -z "$PROMETHEUS" ] || { kill "$PROMETHEUS" && wait "$PROMETHEUS"; } 2>/dev/null || true
  volume_teardown
}

yaml_to_json() { python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)'; }

# Every name that a query may use: families, with what histograms add, and kube-state-metrics'.
known_names() {
  get /metrics | awk '$1 == "#" && $2 == "TYPE" { print $3; if ($4 == "histogram")
    { print $3 "_bucket"; print $3 "_sum"; print $3 "_count" } }'
  printf '%s\n' kube_daemonset_status_number_unavailable kube_daemonset_status_number_ready \
    kube_daemonset_status_desired_number_scheduled kube_pod_container_status_waiting_reason
}

# The names that standard input uses are all known.
only_known_names() {
  grep -oE '\b(seccompd|process|kube)_[a-z_]+' | sort -u > "$WORK/used"
  [ -s "$WORK/used" ]
  known_names | sort -u > "$WORK/known"
  comm -23 "$WORK/used" "$WORK/known" > "$WORK/unknown"
  cat "$WORK/unknown"
  [ ! -s "$WORK/unknown" ]
}

# Every query of the alerts and of the dashboard.
queries() {
  jq -r '.panels[].targets[].expr, (.templating.list[] | .definition // empty)' "$DASHBOARD"
  yaml_to_json < "$RULES" | jq -r '.groups[].rules[].expr'
}

@test "promtool has no objection to the metrics" {
  good_profile > "$PAYLOAD/good.json"
  fail_open_profile > "$PAYLOAD/open.json"
  publish
  daemon_start
  get /metrics > "$WORK/fresh"
  promtool check metrics < "$WORK/fresh"
  eventually is_state good.json Installed
  get /metrics > "$WORK/metrics"
  run promtool check metrics < "$WORK/metrics"
  echo "$output"
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}

@test "the alerts are well-formed, and each fires and does not fire" {
  promtool check rules "$RULES"
  promtool test rules "$BATS_TEST_DIRNAME/alerts_test.yaml"
  yaml_to_json < "$RULES" | jq -r '.groups[].rules[].alert' | sort > "$WORK/alerts"
  for kind in '> 0' '== 0'; do
    yaml_to_json < "$BATS_TEST_DIRNAME/alerts_test.yaml" |
      jq -r ".tests[].alert_rule_test[] | select(.exp_alerts | length $kind) | .alertname" |
      sort -u | diff "$WORK/alerts" -
  done
}

@test "the operator's alerts are the same, and each is explained" {
  yaml_to_json < "$RULES" | jq -S .groups > "$WORK/plain"
  yaml_to_json < "$TOP/deploy/kustomize/components/prometheus-rules/prometheusrule.yaml" |
    jq -S .spec.groups | diff "$WORK/plain" -
  jq -r '.[].rules[].alert' "$WORK/plain" | sort > "$WORK/alerts"
  sed -n 's/^## //p' "$TOP/docs/alerts.md" | sort | diff "$WORK/alerts" -
  jq_true 'all(.[].rules[]; .annotations.summary and .labels.severity)' "$WORK/plain"
}

@test "the components build and select the daemon's pods" {
  mkdir -p "$WORK/overlay"
  cp -r "$TOP/deploy" "$TOP/profiles" "$WORK/overlay/"
  for component in prometheus-rules podmonitor; do
    printf 'components:\n  - ../../components/%s\n' "$component" > "$WORK/components"
    cp "$TOP/deploy/kustomize/overlays/live/kustomization.yaml" "$WORK/overlay/deploy/kustomize/overlays/live/"
    cat "$WORK/components" >> "$WORK/overlay/deploy/kustomize/overlays/live/kustomization.yaml"
    "$BATS_TEST_DIRNAME/kustomize.sh" "$WORK/overlay/deploy/kustomize/overlays/live" |
      python3 -c 'import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)' \
        > "$WORK/built.json"
    jq_true 'map(select(.kind == "PodMonitor" or .kind == "PrometheusRule")) | length == 1
      and .[0].metadata.namespace == "seccompd-system"' "$WORK/built.json"
  done
  jq_true '(map(select(.kind == "DaemonSet"))[0].spec) as $ds | map(select(.kind == "PodMonitor"))[0].spec
    | .selector == $ds.selector and .podMetricsEndpoints[0].port == $ds.template.spec.containers[0].ports[0].name' \
    "$WORK/built.json"
}

@test "alerts and dashboard ask for metrics and labels that exist" {
  good_profile > "$PAYLOAD/good.json"
  publish
  daemon_start
  eventually is_state good.json Installed
  queries | only_known_names
  # Each state, mode, errno and operation that a query names is a label of the metric.
  get /metrics > "$WORK/metrics"
  queries | grep -oE '\b(state|mode|operation|result|errno)=~?"[^"$]*"' | tr -d '~"' | sort -u > "$WORK/labels"
  [ -s "$WORK/labels" ]
  while IFS="=" read -r label values; do
    for value in ${values//|/ }; do grep -q "[{,]$label=\"$value\"" "$WORK/metrics" || echo "$label=$value"; done
  done < "$WORK/labels" > "$WORK/missing"
  cat "$WORK/missing"
  [ ! -s "$WORK/missing" ]
}

@test "the dashboard has its panels, none over another, and every query parses" {
  jq_true '[.panels[].id] | length == 12 and (unique | length) == 12' "$DASHBOARD"
  jq_true 'all(.panels[]; .title and .description and (.targets | length > 0)
    and .datasource.uid == "${datasource}" and all(.targets[]; .datasource.uid == "${datasource}"))' "$DASHBOARD"
  jq_true '[.panels[].gridPos] as $all | all(range($all | length) as $i | range($i) as $j |
    [$all[$i], $all[$j]]; .[0].x + .[0].w <= .[1].x or .[1].x + .[1].w <= .[0].x
      or .[0].y + .[0].h <= .[1].y or .[1].y + .[1].h <= .[0].y)' "$DASHBOARD"
  jq_true '[.templating.list[].name] == ["datasource", "cluster", "node"]' "$DASHBOARD"
  # Grafana's variables stand where numbers and words may; promtool reads the queries as rules.
  jq '{groups: [{name: "dashboard", rules: [.panels[].targets[].expr
    | gsub("\\$__rate_interval"; "5m") | gsub("\\$(cluster|node)"; ".*")] | to_entries
    | map({record: "panel:query:\(.key)", expr: .value})}]}' "$DASHBOARD" > "$WORK/queries.json"
  promtool check rules "$WORK/queries.json"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
prom() { curl -sS --max-time 5 "http://127.0.0.1:$PROM_PORT/api/v1/$1" "${@:2}"; }
value() { prom query --data-urlencode "query=$1" | jq -r '.data.result[0].value[1] // "none"'; }
has_value() { [ "$(value "$1")" = "$2" ]; }

@test "a real Prometheus scrapes the real daemon" {
  good_profile > "$PAYLOAD/good.json"
  fail_open_profile > "$PAYLOAD/open.json"
  publish
  daemon_start
  eventually is_state good.json Installed
  PROM_PORT=$(free_port)
  cat > "$WORK/prometheus.yml" <<YAML
global: {scrape_interval: 1s, evaluation_interval: 1s, external_labels: {cluster: test}}
rule_files: ["$(realpath "$RULES")"]
scrape_configs:
  - job_name: seccompd
    static_configs: [{targets: ["127.0.0.1:$PORT"], labels: {node: worker-1}}]
YAML
  promtool check config "$WORK/prometheus.yml"
  prometheus --config.file="$WORK/prometheus.yml" --storage.tsdb.path="$WORK/tsdb" \
    --web.listen-address="127.0.0.1:$PROM_PORT" > "$WORK/prometheus.log" 2>&1 3>&- &
  PROMETHEUS=$!
  eventually has_value 'up{job="seccompd"}' 1
  eventually has_value 'seccompd_profiles{state="installed"}' 1
  has_value 'seccompd_profiles{state="invalid"}' 1
  [ "$(prom targets | jq -r '.data.activeTargets[0].lastError')" = '' ]
  # What it asked for, by its Accept header, was OpenMetrics; what it got has names and types alike.
  [ "$(value scrape_samples_scraped)" -le 125 ]
  [ "$(value scrape_samples_scraped)" -ge 100 ]
  get /metrics | awk '$2 == "TYPE" { sub(/_total$/, "", $3); print $3, $4 }' | sort > "$WORK/ours"
  prom metadata | jq -r '.data | to_entries[] | "\(.key | sub("_total$"; "")) \(.value[0].type)"' | sort |
    diff "$WORK/ours" -
  # Counters go on from what they were, and the alert of the bad profile waits for its time.
  kill -HUP "$DAEMON"
  eventually has_value 'sum(seccompd_syncs_total{trigger="signal"})' 1
  has_value 'count(seccompd_source_info)' 1
  pending() { prom alerts | jq_true '.data.alerts[] | select(.labels.alertname == "SeccompdInvalidProfiles") | .state == "pending"'; }
  eventually pending
  # Every query of the dashboard is answered without an error, and most with something.
  n=0 empty=0
  while read -r query; do
    prom query --data-urlencode "query=$query" > "$WORK/answer"
    jq_true '.status == "success"' "$WORK/answer"
    n=$((n + 1))
    jq_true '.data.result | length > 0' "$WORK/answer" || { echo "nothing: $query"; empty=$((empty + 1)); }
  done < <(jq -r '.panels[].targets[].expr | gsub("\\$__rate_interval"; "10s") | gsub("\\$(cluster|node)"; ".*")' "$DASHBOARD")
  [ "$n" -ge 14 ]
  [ "$empty" -le 3 ] # what kube-state-metrics would say
}
