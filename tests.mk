# SPDX-License-Identifier: MIT
# Every program of unit tests, every fuzz target's seeds and every file of bats is a goal: its path with .test at
# the end, `make tests/unit/test_json.test`. Many run at once, twice as many as there are processors, as most of
# them wait more than they compute; `make -jN check` runs N. All of them run, whatever fails, the output of each
# stands together, and tests/verdict.sh says last which tests failed.
JOBS    ?= $(shell expr 2 \* $$(nproc))
at_once  = $(MAKE) --no-print-directory --keep-going --output-sync=target $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))
export CMOCKA_MESSAGE_OUTPUT ?= TAP

UNIT_TESTS        := $(UNIT_SRC:.c=.test)
SEED_TESTS        := $(FUZZ_SRC:.c=.test)
INTEGRATION_TESTS := $(patsubst %.bats,%.test,$(wildcard tests/integration/*.bats))
E2E_TESTS         := $(patsubst %.bats,%.test,$(wildcard tests/e2e/*.bats))
# The longest begin first, so that none of them is left over when all others are done.
long_ones         := $(addprefix tests/full/,memory oracle costs record)
FULL_TESTS        := $(patsubst %.bats,%.test,$(addsuffix .bats,$(long_ones)) $(filter-out $(addsuffix .bats,$(long_ones)),$(wildcard tests/full/*.bats)))
# Once more, with less than the daemon asks for; parts of check-full, wholly in long-reruns.
RERUNS            := check-nocaps check-own-profile check-no-openat2 check-valgrind

# Runs goals, and says what came of them. Nothing that an earlier run left counts.
RESULTS  := $(B)/results
run_test  = tests/run_test.sh $(RESULTS)/$@
dry_run   = $(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS)))) # make -n
define run_all
	@cd $(B) 2>/dev/null && rm -f $(1:%=results/%) || :
	+@$(at_once) $(1); made=$$?; $(if $(strip $(dry_run)),,tests/verdict.sh $(RESULTS) $(1) &&) exit $$made
endef

check: ## run every test that needs no heavy package
	$(call run_all,$(E2E_TESTS) $(INTEGRATION_TESTS) $(UNIT_TESTS) $(SEED_TESTS))
check-local: ## all of it but tests/e2e: what sanitize and coverage run
	$(call run_all,$(INTEGRATION_TESTS) $(UNIT_TESTS) $(SEED_TESTS))
check-unit: ## unit tests, one program per module
	$(call run_all,$(UNIT_TESTS))
check-seeds: ## feed every seed to its fuzz target
	$(call run_all,$(SEED_TESTS))
check-integration: ## the real programs on simulated volumes
	$(call run_all,$(INTEGRATION_TESTS))
check-e2e: ## real container runtimes load what was installed
	$(call run_all,$(E2E_TESTS))
check-full: ## tests that need the packages of deps-full
	$(call run_all,$(FULL_TESTS) $(RERUNS))

$(UNIT_TESTS): tests/unit/%.test: $(B)/tests/%
	@$(run_test) $(TEST_WRAPPER) $<
$(SEED_TESTS): tests/fuzz/%.test: $(B)/tests/%.replay
	@$(run_test) $(TEST_WRAPPER) $< tests/data/fuzz/$(*:fuzz_%=%)/*
$(INTEGRATION_TESTS) $(E2E_TESTS) $(FULL_TESTS): %.test: %.bats all $(SIM)
	@B=$(abspath $(B)) $(run_test) bats --timing $<
$(E2E_TESTS) $(FULL_TESTS): oracle

check-nocaps: ## the daemon's tests without a capability
check-own-profile: ## the same in a container under profiles/base/seccompd.json
check-no-openat2: ## the same where openat2(2) is not to be had
check-valgrind: ## some of the same under valgrind
$(RERUNS): check-%: all $(SIM)
	@B=$(abspath $(B)) $(run_test) tests/full/rerun.sh $*

# What the tests expect of the profiles in tests/data. Read the difference before committing it.
update-expected: $(B)/seccompctl ## write anew what the validator says of tests/data
	@set -e; for f in tests/data/valid/*.json tests/data/invalid/*.json tests/data/tricky/*.json; do \
	  tests/integration/findings.sh $(B)/seccompctl "$$f" > "$${f%.json}.expect"; done
	@git status --short tests/data

# Debian's cross compiler and arm64 libraries; the emulator runs what is computed, but neither seccomp nor ptrace.
ARM64 := $(TOOLS)/arm64
arm64_lib = $(abspath $(ARM64))/root/usr/lib/aarch64-linux-gnu
arm64_include = $(abspath $(ARM64))/root/usr/include
ARM64_CC ?= aarch64-linux-gnu-gcc
cross-arm64: ## by hand: everything built for arm64 with -Werror, unit tests emulated (packages of deps-arm64)
	tests/full/arm64.sh libraries $(ARM64)
	+$(MAKE) B=build-arm64 CC='$(ARM64_CC)' AR=aarch64-linux-gnu-ar CFLAGS='-O2 -g -Werror' \
	  CPPFLAGS='-isystem $(arm64_include) -isystem $(arm64_include)/aarch64-linux-gnu' \
	  LDFLAGS='-L$(arm64_lib) -Wl,-rpath-link=$(arm64_lib) -Wl,--allow-shlib-undefined' \
	  PKG_CONFIG='env PKG_CONFIG_LIBDIR=$(arm64_lib)/pkgconfig PKG_CONFIG_SYSROOT_DIR=$(abspath $(ARM64))/root pkg-config' \
	  all programs-of-tests
	tests/full/arm64.sh tests $(ARM64) build-arm64
machine-arm64: cross-arm64 ## by hand: run and record, crun and runc in an emulated arm64 machine
	tests/full/arm64.sh machine $(ARM64) build-arm64

# What is too long for every day: docs/reliability.md. LONG chooses among the parts.
LONG ?= crash power costs torture endurance soak reruns oracle fuzz
check-long: $(LONG:%=long-%) ## by hand, hours: all of LONG="crash power costs torture endurance soak reruns oracle fuzz"
long_bats = B=$(abspath $(B)) $(1) bats --timing $(2)
$(filter-out long-oracle long-fuzz,$(LONG:%=long-%)): all $(SIM)
long-crash: # killed at every system call
	$(call long_bats,SCD_CRASH_STRIDE=1,tests/integration/crash.bats)
long-power: # 900 power cuts
	$(call long_bats,SCD_POWER_CUTS=300,tests/full/power.bats)
long-costs:
	$(call long_bats,SCD_ALL_COSTS=1,tests/full/costs.bats)
long-torture: $(B)/tests/test_torture_seccomp # every allocation of larger profiles fails
	SCD_ALL_TORTURE=1 $(B)/tests/test_torture_seccomp
long-endurance: # 20,000 generations; as many swaps of a volume, back to back
	$(call long_bats,SCD_SWAPS=20000,tests/integration/endurance.bats)
long-soak: # 20,000 syncs, each of them seen, judged and installed
	$(call long_bats,SCD_SYNCS=20000,-f 'every single' tests/integration/endurance.bats)
long-reruns: # the whole integration suite in each mode
	set -e; for mode in $(RERUNS:check-%=%); do B=$(abspath $(B)) tests/full/rerun.sh --whole $$mode; done
long-oracle:
	$(MAKE) oracle-long decode-long
long-fuzz: # an hour for each target, twice
	$(MAKE) fuzz-afl FUZZ_TIME=3600
	$(MAKE) fuzz FUZZ_TIME=3600
.PHONY: check-long $(LONG:%=long-%)

rules-doc: $(B)/seccompctl ## write docs/rules.md anew, from the table of rules
	tests/lint/rules_doc.sh $(B)/seccompctl > docs/rules.md

.PHONY: check check-local check-unit check-seeds check-integration check-e2e check-full update-expected rules-doc cross-arm64 machine-arm64 \
        $(UNIT_TESTS) $(SEED_TESTS) $(INTEGRATION_TESTS) $(E2E_TESTS) $(FULL_TESTS) $(RERUNS)
