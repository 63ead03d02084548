# SPDX-License-Identifier: MIT
lint: fmt-check lint-layers lint-banned lint-tidy lint-analyzer lint-cppcheck lint-text ## everything that reads the sources

fmt-check: ## is every source laid out as `make fmt` would?
	clang-format --dry-run -Werror $(SOURCES)

# common/ includes itself alone, destination/ common/ as well; daemon/ and cli/ nothing of each other.
lint-layers:
	@tests/lint/layers.sh

# Bounded, thread-safe and shell-free, or not at all (curl keeps such a list too).
BANNED := sprintf|vsprintf|strcpy|strcat|strncpy|strncat|strtok|atoi|atol|gets|alloca|system|popen|localtime|gmtime|sscanf|tmpnam|mktemp
lint-banned:
	@! grep -nE '(^|[^A-Za-z0-9_])($(BANNED))[[:space:]]*\(' $(SOURCES) || { echo 'lint: banned functions'; exit 1; }

lint-tidy:
	printf '%s\n' $(filter %.c,$(SOURCES)) | xargs -P$$(nproc) -n4 sh -c \
	  'clang-tidy --quiet "$$@" -- -std=gnu11 -D_GNU_SOURCE -Icommon -DSCD_VERSION=\"\" -DSCD_GIT_COMMIT=\"\" -Idestination -Idaemon -Icli -Itests/unit -Itests/sim 2>/dev/null' tidy

lint-analyzer:
	+$(MAKE) --no-print-directory B=build-lint CFLAGS='-O2 -g -fanalyzer -Werror' all

lint-cppcheck:
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
	  --suppress=memleak --suppress=resourceLeak --suppress=unknownMacro --suppress=missingIncludeSystem \
	  -D_GNU_SOURCE -D__x86_64__ -Icommon -Idestination -Idaemon -Icli common destination daemon cli

lint-text:
	shellcheck $(SCRIPTS)
	yamllint -s deploy profiles action.yml .pre-commit-hooks.yaml
	codespell -q 3 -L nd,iif README.md CONTRIBUTING.md SECURITY.md NEWS.md docs man common destination daemon cli deploy profiles Makefile
	for m in $(MAN); do mandoc -Tlint -Wwarning $$m || exit 1; done

.PHONY: lint fmt-check lint-layers lint-banned lint-tidy lint-analyzer lint-cppcheck lint-text
