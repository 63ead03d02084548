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

@test "junit is well-formed for another parser" {
  command -v xmllint > /dev/null || skip_or_fail 'no xmllint'
  ("$ctl" validate -o junit --show-notes "$root/tests/data" gone.json 2> /dev/null || true) > all.xml
  xmllint --noout --nonet all.xml
  [ "$(xmllint --xpath 'count(//testcase)' all.xml)" = "$(xmllint --xpath 'string(/testsuites/@tests)' all.xml)" ]
  [ "$(xmllint --xpath 'count(//failure)' all.xml)" = "$(xmllint --xpath 'string(/testsuites/@failures)' all.xml)" ]
}
