#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# rules_doc.sh SECCOMPCTL - docs/rules.md on standard output, made of the table of rules.
set -eu

cat <<'END'
# Rules

What can be said about a profile, and about the manifests around it. Made of the table in `common/rules.c` by `make rules-doc`;
`seccompctl rules ID` prints one. `docs/verdicts.md` says how a verdict is reached. Numbers are never given to another rule.

END
"$1" rules -o json | jq -r '
  def code: "```\(if startswith("{") then "json" else "yaml" end)\n\(.)\n```\n";
  def anchor: "\(.id)-\(.name)" | ascii_downcase;
  "| rule | name | usually | what |", "|---|---|---|---|",
  (.rules[] | "| [\(.id)](#\(anchor)) | \(.name) | \(.severity) | \(.title) |"),
  (.rules[] | "\n## \(.id) \(.name)\n\n**\(.name)**: \(.title). Usually \(if .severity == "error" then "an" else "a" end) \(.severity)" +
    (if .canBeDisabled then "" else "; cannot be disabled" end) + ".\n\n" +
    "\(.why)\n\n*Cure:* \(.cure)\n" +
    (if .example then "\nReported:\n\n\(.example | code)\nRepaired:\n\n\(.repaired | code)" else "" end) | rtrimstr("\n"))'
