# SPDX-License-Identifier: MIT
# What the tests expect of the profiles in tests/data. Read the difference before committing it.
update-expected: $(B)/seccompctl ## write anew what the validator says of tests/data
	@set -e; for f in tests/data/valid/*.json tests/data/invalid/*.json tests/data/tricky/*.json; do \
	  tests/integration/findings.sh $(B)/seccompctl "$$f" > "$${f%.json}.expect"; done
	@git status --short tests/data

# Once more, with less than the daemon asks for; parts of check-full.
RERUNS := check-nocaps check-own-profile check-no-openat2 check-valgrind
check-nocaps: ## the daemon's tests without a capability
check-own-profile: ## the same in a container under profiles/base/seccompd.json
check-no-openat2: ## the same where openat2(2) is not to be had
check-valgrind: ## some of the same under valgrind
$(RERUNS): check-%: all $(SIM)
	B=$(abspath $(B)) tests/full/rerun.sh $*
check-full: $(RERUNS)

rules-doc: $(B)/seccompctl ## write docs/rules.md anew, from the table of rules
	tests/lint/rules_doc.sh $(B)/seccompctl > docs/rules.md

.PHONY: update-expected rules-doc $(RERUNS)
