#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The formats of `seccompctl validate` against the schemas and parsers of others.

bats_require_minimum_version 1.5.0
load ../integration/lib.bash

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  ctl=${B:-$root/build}/seccompctl
  schema=$root/build-tools/sarif-2.1.0.json
  cd "$BATS_TEST_TMPDIR" || return
}

# Exit 0 when the document on standard input is valid.
valid_sarif() {
  python3 -c '
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
errors = list(jsonschema.Draft7Validator(schema).iter_errors(json.load(sys.stdin)))
for error in errors[:5]:
    print(list(error.path), error.message[:200])
sys.exit(bool(errors))' "$schema"
}

@test "sarif is valid against the schema of 2.1.0, whatever was found" {
  [ -f "$schema" ] || skip_or_fail 'no schema of SARIF: make deps-full'
  "$ctl" validate -o sarif "$root/profiles" | valid_sarif
  ("$ctl" validate -o sarif "$root/tests/data" gone.json 2> /dev/null || true) > all.sarif
  [ "$(jq '.runs[0].results | length' all.sarif)" -gt 100 ]
  valid_sarif < all.sarif
  # The check can fail.
  jq '.runs[0].results[0].level = "bad"' all.sarif > broken.sarif
  run -1 valid_sarif < broken.sarif
}

# The schema is ours: of JUnit's XML nobody has published one under a licence that allows to ship it.
valid_junit() {
  xmllint --noout --nonet --schema "$root/tests/data/junit.xsd" "$1"
}

@test "junit is valid for another parser, of verdicts and of policy tests, and the numbers are right" {
  command -v xmllint > /dev/null || skip_or_fail 'no xmllint'
  ("$ctl" validate -o junit --show-notes "$root/tests/data" gone.json 2> /dev/null || true) > all.xml
  cp "$root/profiles/applications/web.json" .
  cat > web.test.yaml <<'END'
apiVersion: seccompd.dev/v1alpha1
kind: ProfileTest
tests:
  - {name: "good <&> \u0001 \uFFFE", expect: ALLOW, calls: [read]}
  - {name: bad, expect: ALLOW, calls: [mount, bpf]}
END
  ("$ctl" test -o junit web.test.yaml gone.test.yaml "$root/profiles" 2> /dev/null || true) > tests.xml
  for file in all.xml tests.xml; do
    valid_junit "$file"
    [ "$(xmllint --xpath 'count(//testcase)' "$file")" = "$(xmllint --xpath 'string(/testsuites/@tests)' "$file")" ]
    [ "$(xmllint --xpath 'count(//failure)' "$file")" = "$(xmllint --xpath 'string(/testsuites/@failures)' "$file")" ]
    [ "$(xmllint --xpath 'count(//error)' "$file")" = "$(xmllint --xpath 'string(/testsuites/@errors)' "$file")" ]
    [ "$(xmllint --xpath 'sum(//testsuite/@tests)' "$file")" = "$(xmllint --xpath 'string(/testsuites/@tests)' "$file")" ]
  done
  [ "$(xmllint --xpath 'count(//failure)' tests.xml)" = 1 ]
  [ "$(xmllint --xpath 'count(//error)' tests.xml)" = 1 ]
  # The check can fail.
  sed 's/ classname=/ klass=/' tests.xml > broken.xml
  run ! valid_junit broken.xml
}

@test "sarif links each rule to its heading in docs/rules.md where the project's address is known" {
  # As make does with PROJECT_URL; the other objects do not depend on it.
  cc -std=gnu11 -D_GNU_SOURCE -I"$root/common" -DSCD_VERSION='"0"' -DSCD_PROJECT_URL='"https://example.org/seccompd"' \
    -c -o sarif.o "$root/common/render_sarif.c"
  cc -o linked "$B/cli/main.o" sarif.o "$B/libscd-cli.a" "$B/libscd-destination.a" "$B/libscd.a" -lseccomp -lcjson -lmd -lyaml
  grep -q "render_sarif.o: SCD_CPPFLAGS += -DSCD_PROJECT_URL='\"\$(PROJECT_URL)\"'" "$root/Makefile"
  ./linked validate -o sarif "$root/profiles" > linked.sarif
  [ "$(jq -r '.runs[0].tool.driver.informationUri' linked.sarif)" = https://example.org/seccompd ]
  jq -r '.runs[0].tool.driver.rules[].helpUri' linked.sarif > uris
  [ "$(sed 's/#.*//' uris | sort -u)" = https://example.org/seccompd/blob/main/docs/rules.md ]
  sed -n 's/^## //p' "$root/docs/rules.md" | tr 'A-Z ' 'a-z-' > anchors
  diff <(sed 's/.*#//' uris) anchors
  [ ! -f "$schema" ] || valid_sarif < linked.sarif
}
