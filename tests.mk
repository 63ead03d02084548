# SPDX-License-Identifier: MIT
# What the tests expect of the profiles in tests/data. Read the difference before committing it.
update-expected: $(B)/seccompctl ## write anew what the validator says of tests/data
	@set -e; for f in tests/data/valid/*.json tests/data/invalid/*.json tests/data/tricky/*.json; do \
	  tests/integration/findings.sh $(B)/seccompctl "$$f" > "$${f%.json}.expect"; done
	@git status --short tests/data

.PHONY: update-expected
