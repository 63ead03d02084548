# SPDX-License-Identifier: MIT
VERSION    := $(shell cat VERSION)
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
MANDIR     ?= $(PREFIX)/share/man
SYSCONFDIR ?= /etc
DESTDIR    ?=
B          ?= build
PKG_CONFIG ?= pkg-config
# Where this repository is published, such as https://github.com/OWNER/seccompd: then SARIF links to
# docs/rules.md there. Its publisher sets it here.
PROJECT_URL ?=
FUZZ_TIME  ?= 60
V          ?= 0
SHARED     ?= 0

CFLAGS ?= -O2 -g
WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wundef -Wvla \
          -Wcast-qual -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE
GIT_COMMIT := $(or $(shell git rev-parse --short=12 HEAD 2>/dev/null),unknown)
# The commit's date, so that building the same commit again gives the same programs.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
BUILD_DATE := $(if $(filter-out 0,$(SOURCE_DATE_EPOCH)),$(shell date -u -d '@$(SOURCE_DATE_EPOCH)' +%Y-%m-%dT%H:%M:%SZ))

# What the code cannot do without stays out of the user's CFLAGS.
SCD_CPPFLAGS := -D_GNU_SOURCE -Icommon -DSCD_VERSION='"$(VERSION)"'
SCD_CFLAGS   := -std=gnu11 -fvisibility=hidden -MMD -MP $(WARN) $(HARDEN)
SCD_LDFLAGS  := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,pack-relative-relocs,--as-needed

# $(call pc,--cflags|--libs,module): stops make with the missing package's name.
pc = $(or $(shell $(PKG_CONFIG) $(1) $(2) 2>/dev/null),$(if $(shell $(PKG_CONFIG) --exists $(2) || echo no),$(error $(2) not found by $(PKG_CONFIG): run `make deps`, or see README.md)))
COMMON_LIBS = $(call pc,--libs,libseccomp) $(call pc,--libs,libcjson) $(call pc,--libs,libmd) \
              $(call pc,--libs,yaml-0.1)
# Never libcurl here: libinotifytools is GPL-2.0-only and libcurl brings OpenSSL.
# libinotifytools has no .pc file.
DAEMON_LIBS = $(COMMON_LIBS) $(call pc,--libs,libevent_core) $(call pc,--libs,libevent_extra) \
              -linotifytools
# What has no say in a verdict is built into seccompctl where its archive is installed, as each shared object
# costs a small check several percent. SHARED=1: shared objects alone.
archive   = $(filter /%,$(shell $(CC) -print-file-name=$(1)))
built_in  = $(foreach lib,$(1),$(or $(if $(filter-out 1,$(SHARED)),$(call archive,$(lib:-l%=lib%.a))),$(lib)))
CLI_LIBS  = $(call pc,--libs,libseccomp) $(call pc,--libs,libcjson) \
            $(call built_in,$(call pc,--libs,libmd) $(call pc,--libs,yaml-0.1))
STATUS_LIBS = $(call pc,--libs,libcjson) $(call pc,--libs,libcurl)

COMMON_SRC := $(wildcard common/*.c)
DEST_SRC   := $(wildcard destination/*.c)
DAEMON_SRC := $(filter-out daemon/main.c,$(wildcard daemon/*.c))
CLI_SRC    := $(filter-out cli/main.c cli/status_main.c,$(wildcard cli/*.c))
UNIT_SRC   := $(wildcard tests/unit/test_*.c)
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)
SIM_LIB    := tests/sim/writer.c
SIM_SRC    := $(filter-out $(SIM_LIB),$(wildcard tests/sim/*.c))
BENCH_SRC  := $(wildcard tests/bench/bench_*.c)
SOURCES    := $(wildcard common/*.[ch] destination/*.[ch] daemon/*.[ch] cli/*.[ch] tests/*/*.[ch])
SCRIPTS    := $(wildcard deploy/kubectl_complete* .ci/run tests/*.sh tests/*.bash tests/*/*.sh tests/*/*.bash tests/integration/*.bats tests/e2e/*.bats tests/full/*.bats deploy/*.sh tests/full/arm64/*.sh)

obj = $(patsubst %.c,$(B)/%.o,$(1))
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/%,$(UNIT_SRC))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(FUZZ_SRC))
SIM  := $(patsubst tests/sim/%.c,$(B)/tests/%,$(SIM_SRC))
BENCH := $(patsubst tests/bench/%.c,$(B)/tests/%,$(BENCH_SRC))

PROGRAMS := $(B)/seccompd $(B)/seccompctl $(B)/seccompctl-status
MAN      := $(wildcard man/*.[1-9])

ifeq ($(V),0)
say = @printf '  %-4s %s\n' $(1) $(2);
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

all: $(PROGRAMS) ## build the programs into build/

include deps.mk

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(SCD_CPPFLAGS) $(EXTRA_$(firstword $(subst /, ,$<))) $(CPPFLAGS) $(SCD_CFLAGS) $(CFLAGS) -c -o $@ $<

# Include paths follow the direction of dependency: common/ sees itself alone.
EXTRA_destination := -Idestination
EXTRA_daemon      := -Idestination -Idaemon
EXTRA_cli         := -Idestination -Icli
EXTRA_tests       := -Idestination -Idaemon -Icli -Itests/unit -Itests/sim

# The commit is written into one object, which is made anew when it changes.
$(B)/common/version.o: SCD_CPPFLAGS += -DSCD_GIT_COMMIT='"$(GIT_COMMIT)"' -DSCD_BUILD_DATE='"$(BUILD_DATE)"'
$(B)/common/version.o: $(B)/commit
$(B)/commit: FORCE
	@mkdir -p $(B); echo '$(GIT_COMMIT)' | cmp -s - $@ || echo '$(GIT_COMMIT)' > $@

$(B)/common/render_sarif.o: SCD_CPPFLAGS += -DSCD_PROJECT_URL='"$(PROJECT_URL)"'
$(B)/common/render_sarif.o: $(B)/project-url
$(B)/project-url: FORCE
	@mkdir -p $(B); echo '$(PROJECT_URL)' | cmp -s - $@ || echo '$(PROJECT_URL)' > $@

$(B)/libscd.a: $(call obj,$(COMMON_SRC))
$(B)/libscd-destination.a: $(call obj,$(DEST_SRC))
$(B)/libscd-daemon.a: $(call obj,$(DAEMON_SRC))
$(B)/libscd-cli.a: $(call obj,$(CLI_SRC))
$(B)/libscd-sim.a: $(call obj,$(SIM_LIB))
$(B)/%.a:
	@mkdir -p $(@D); rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

link = $(call say,LD,$@)$(CC) $(SCD_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^)

$(B)/seccompd: $(B)/daemon/main.o $(B)/libscd-daemon.a $(B)/libscd-destination.a $(B)/libscd.a
	$(link) $(DAEMON_LIBS)
$(B)/seccompctl: $(B)/cli/main.o $(B)/libscd-cli.a $(B)/libscd-destination.a $(B)/libscd.a
	$(link) $(CLI_LIBS)
$(B)/seccompctl-status: $(B)/cli/status_main.o $(B)/libscd-cli.a $(B)/libscd.a
	$(link) $(STATUS_LIBS)

$(UNIT): $(B)/tests/%: $(B)/tests/unit/%.o $(B)/libscd-daemon.a $(B)/libscd-cli.a $(B)/libscd-destination.a $(B)/libscd-sim.a $(B)/libscd.a
	@mkdir -p $(@D)
	$(link) $(call pc,--libs,cmocka) $(DAEMON_LIBS)

# Allocations that fail: those of our own objects, as the linker diverts them. Without a sanitizer, which
# has its own allocator, test_torture_install diverts those of the libraries as well.
wrap_malloc := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=reallocarray,--wrap=strdup,--wrap=strndup
$(B)/tests/test_torture: SCD_LDFLAGS += $(wrap_malloc)
ifneq ($(findstring -fsanitize,$(CFLAGS)),)
$(B)/tests/test_torture_install $(B)/tests/test_torture_answers $(B)/tests/test_torture_seccomp: SCD_LDFLAGS += $(wrap_malloc)
endif

$(SIM): $(B)/tests/%: $(B)/tests/sim/%.o $(B)/libscd-daemon.a $(B)/libscd-destination.a $(B)/libscd-sim.a $(B)/libscd.a
	@mkdir -p $(@D)
	$(link) $(DAEMON_LIBS)

$(BENCH): $(B)/tests/%: $(B)/tests/bench/%.o $(B)/tests/bench/bare.o $(B)/libscd-daemon.a $(B)/libscd-destination.a $(B)/libscd.a $(B)/tests/bare
	@mkdir -p $(@D)
	$(link) $(DAEMON_LIBS)

# What all of it is measured against: no object of ours but its own two.
$(B)/tests/bare: $(B)/tests/bench/bare_main.o $(B)/tests/bench/bare.o
	@mkdir -p $(@D)
	$(link) $(call pc,--libs,libseccomp) $(call pc,--libs,libcjson)

$(B)/tests/%.replay: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay.o $(B)/libscd-daemon.a $(B)/libscd-cli.a $(B)/libscd-destination.a $(B)/libscd.a
	@mkdir -p $(@D)
	$(link) $(DAEMON_LIBS)

programs-of-tests: $(UNIT) $(SIM) $(BENCH) $(FUZZ:%=$(B)/tests/%.replay)
tests: programs-of-tests oracle ## build the test programs, run none

# For what makes calls of its own, or writes files at the end of the process.
no_sandbox = SECCOMPD_LANDLOCK=false SECCOMPD_SECCOMP_FILTER=false

sanitize: ## the same tests under AddressSanitizer and UBSan
	$(no_sandbox) $(MAKE) B=build-san CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all' \
	  check-local

fuzz: ## FUZZ_TIME seconds of libFuzzer for each target (packages of deps-full)
	+@$(at_once) B=build-fuzz CC=clang CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined' $(FUZZ:%=run-%)

$(FUZZ:%=run-%): run-%: $(B)/%.fuzzer
	@mkdir -p $(B)/corpus/$*
	$< -max_total_time=$(FUZZ_TIME) -artifact_prefix=$(B)/$*- $(B)/corpus/$* tests/data/fuzz/$(*:fuzz_%=%)

$(B)/%.fuzzer: $(B)/tests/fuzz/%.o $(B)/libscd-daemon.a $(B)/libscd-cli.a $(B)/libscd-destination.a $(B)/libscd.a
	$(link) -fsanitize=fuzzer $(DAEMON_LIBS)

bench: all $(BENCH) $(SIM) ## measure, side by side with a bare libseccomp program
	@jq --indent 4 . profiles/applications/web.json > $(B)/tests/web-13k.json
	@set -e; for t in $(BENCH); do for p in profiles/*/*.json $(B)/tests/web-13k.json; do $$t $$p; done; done
	B=$(B) tests/bench/daemon.sh

coverage: ## line coverage of the unit and integration tests
	$(no_sandbox) GCOV_ERROR_FILE=/dev/null $(MAKE) B=build-cov CFLAGS='-O0 -g --coverage' check-local; made=$$?; \
	gcovr -r . --object-directory build-cov -e tests/ --gcov-ignore-parse-errors --print-summary && exit $$made

fmt: ## lay the sources out
	clang-format -i $(SOURCES)

include tests.mk
include oracle.mk
include lint.mk

demo: all $(SIM) ## the main job on profiles/, in a temporary directory
	B=$(abspath $(B)) tests/demo/demo.sh

# Another BASE than the default is for who cannot reach, or does not trust, a registry.
IMAGE ?= seccompd:v$(VERSION)
BASE  ?= debian:bookworm-slim
image_args = --build-arg BASE='$(BASE)' --build-arg VERSION='$(VERSION)' --build-arg GIT_COMMIT='$(GIT_COMMIT)' \
             --build-arg SOURCE_DATE_EPOCH='$(SOURCE_DATE_EPOCH)'

image: ## build the container image IMAGE from BASE, with buildah or else docker
	@if command -v buildah >/dev/null; then \
	  buildah bud --timestamp '$(SOURCE_DATE_EPOCH)' $(BUILDAH_FLAGS) $(image_args) -t '$(IMAGE)' .; \
	else docker build $(image_args) -t '$(IMAGE)' .; fi

# Each page into the directory of its section.
man_dir = $(DESTDIR)$(MANDIR)/man$(patsubst .%,%,$(suffix $(1)))/

install: all ## honours DESTDIR, PREFIX, BINDIR, MANDIR
	install -d $(DESTDIR)$(BINDIR) $(sort $(foreach m,$(MAN),$(call man_dir,$(m))))
	install -m 0755 $(PROGRAMS) deploy/kubectl_complete-seccomp_profiles $(DESTDIR)$(BINDIR)
	ln -sf seccompctl $(DESTDIR)$(BINDIR)/kubectl-seccomp_profiles
	set -e; $(foreach m,$(MAN),install -m 0644 $(m) $(call man_dir,$(m));)

uninstall:
	rm -f $(PROGRAMS:$(B)/%=$(DESTDIR)$(BINDIR)/%) $(DESTDIR)$(BINDIR)/kubectl-seccomp_profiles \
	  $(DESTDIR)$(BINDIR)/kubectl_complete-seccomp_profiles $(foreach m,$(MAN),$(call man_dir,$(m))$(notdir $(m)))

dist: ## a reproducible source archive of HEAD
	git archive --format=tar --prefix=seccompd-$(VERSION)/ HEAD | gzip -n > seccompd-$(VERSION).tar.gz

distcheck: dist ## unpack the archive elsewhere, build and test it
	set -e; d=$$(mktemp -d); trap 'rm -rf "$$d"' EXIT; \
	tar -xzf seccompd-$(VERSION).tar.gz -C "$$d"; $(MAKE) -C "$$d/seccompd-$(VERSION)" check-unit check-seeds

clean: ## remove what was built
	rm -rf build build-san build-fuzz build-afl build-cov build-lint build-arm64

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

FORCE:
.PHONY: FORCE all tests programs-of-tests sanitize fuzz $(FUZZ:%=run-%) bench coverage fmt demo image install uninstall \
        dist distcheck clean help

-include $(shell find $(B) -name '*.d' 2>/dev/null)
