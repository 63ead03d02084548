# SPDX-License-Identifier: MIT
LINTS := fmt-check lint-layers lint-banned lint-cppcheck lint-arm64 lint-text lint-analyzer lint-tidy
lint: ## everything that reads the sources
	+@$(at_once) $(LINTS) && echo 'lint: nothing found by $(LINTS)'

fmt-check: ## is every source laid out as `make fmt` would?
	@clang-format --dry-run -Werror $(SOURCES)

# common/ includes itself alone, destination/ common/ as well; daemon/ and cli/ nothing of each other.
lint-layers: lint-map lint-sizes
	@tests/lint/layers.sh

lint-map:
	@tests/lint/map.sh

# A file that nobody reads to its end is two files.
lint-sizes:
	@tests/lint/sizes.sh 600

# Bounded, thread-safe and shell-free, or not at all (curl keeps such a list too).
BANNED := sprintf|vsprintf|strcpy|strcat|strncpy|strncat|strtok|atoi|atol|gets|alloca|system|popen|localtime|gmtime|sscanf|tmpnam|mktemp
lint-banned:
	@! grep -nE '(^|[^A-Za-z0-9_])($(BANNED))[[:space:]]*\(' $(SOURCES) || { echo 'lint: banned functions'; exit 1; }
	@! grep -nE '\<jq -e ' tests/*/*.bats || { echo 'lint: jq_true notices when there is no document, jq -e does not'; exit 1; }

# A file that has passed is read again when it, a header or the rules have changed. The analyzer spends half of its
# time on the last paths of the longest functions: of 329 faults put in for a trial at the ends of functions it found
# 213 with 225,000 nodes a function, its default, and the same 213 with 100,000. The tests also run, under sanitizers.
TIDY       := $(patsubst %,build-lint/tidy/%.ok,$(filter %.c,$(SOURCES)))
TIDY_FLAGS  = -std=gnu11 -D_GNU_SOURCE -DSCD_VERSION='""' -DSCD_GIT_COMMIT='""' \
              -Icommon -Idestination -Idaemon -Icli -Itests/unit -Itests/sim \
              -Xclang -analyzer-config -Xclang max-nodes=$(if $(filter tests/%,$<),20000,100000)
lint-tidy: $(TIDY) ## clang-tidy on every source
$(TIDY): build-lint/tidy/%.ok: % $(filter %.h,$(SOURCES)) .clang-tidy lint.mk
	@mkdir -p $(@D)
	$(call say,TIDY,$<)clang-tidy --quiet $< -- $(TIDY_FLAGS) 2>$@.log || { cat $@.log; exit 1; }
	@touch $@

lint-analyzer:
	+$(MAKE) --no-print-directory B=build-lint CFLAGS='-O2 -g -fanalyzer -Werror' all

lint-cppcheck:
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
	  --suppress=memleak --suppress=resourceLeak --suppress=unknownMacro --suppress=missingIncludeSystem \
	  -D_GNU_SOURCE -D__x86_64__ -Icommon -Idestination -Idaemon -Icli common destination daemon cli

# With the warnings of the build, and char unsigned. Headers of libraries are the same for all architectures.
lint-arm64:
	printf '%s\n' $(filter-out tests/oracle/%,$(filter %.c,$(SOURCES))) | xargs -P$$(nproc) -n6 \
	  aarch64-linux-gnu-gcc -fsyntax-only -Werror -std=gnu11 $(WARN) -D_GNU_SOURCE -DSCD_VERSION=\"\" -DSCD_GIT_COMMIT=\"\" -DSCD_BUILD_DATE=\"\" \
	  -Icommon -Idestination -Idaemon -Icli -Itests/unit -Itests/sim -idirafter /usr/include $(patsubst %,-idirafter %,$(wildcard /usr/include/*-linux-gnu))

lint-text:
	@shellcheck $(SCRIPTS)
	@yamllint -s deploy profiles action.yml .pre-commit-hooks.yaml
	@codespell -q 3 -L nd,iif README.md CONTRIBUTING.md SECURITY.md NEWS.md docs man common destination daemon cli deploy profiles Makefile
	@for m in $(MAN); do mandoc -Tlint -Wwarning $$m || exit 1; done

.PHONY: lint lint-map lint-sizes $(LINTS)
