#!/bin/sh
# SPDX-License-Identifier: MIT
# findings.sh SECCOMPCTL FILE: what the validator says of FILE, one line a finding. The target is
# fixed, so that every machine says the same.
"$1" validate --arch=x86_64 -o json "$2" |
  jq -r '.files[0].findings[] | "\(.line // 0):\(.column // 0) \(.severity) \(.ruleId)"'
