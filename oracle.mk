# SPDX-License-Identifier: MIT
# The verdicts against the real runtimes: tests/oracle.
ORACLE_PROGRAMS := $(B)/tests/oracle.bin/probe $(B)/tests/oracle.bin/libc
ORACLE := $(B)/tests/oracle.bin/oracle

EXTRA_tests += -Itests/oracle

$(ORACLE): $(patsubst %.c,$(B)/%.o,$(filter-out tests/oracle/probe.c tests/oracle/libc.c tests/oracle/decode.c,$(wildcard tests/oracle/*.c))) $(B)/libscd.a
	@mkdir -p $(@D)
	$(link) $(COMMON_LIBS)

DECODE := $(B)/tests/oracle.bin/decode
$(DECODE): $(patsubst %,$(B)/tests/oracle/%.o,decode gen probes) $(B)/libscd.a
	@mkdir -p $(@D)
	$(link) $(COMMON_LIBS)

# They run in containers that have nothing else: static, and the probe without a libc.
$(B)/tests/oracle.bin/probe: tests/oracle/probe.c tests/oracle/probe.h
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -ffreestanding -fno-stack-protector \
	  -fcf-protection=none -fno-pie -no-pie -mno-red-zone -nostdlib -static -o $@ $<
$(B)/tests/oracle.bin/libc: tests/oracle/libc.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -O2 -static -o $@ $<

oracle: $(ORACLE) $(DECODE) $(ORACLE_PROGRAMS)

.PHONY: oracle

# 3,000 profiles, each in five containers; what disagrees is made small and kept.
ORACLE_SEED ?= 1000000
oracle-long: oracle ## by hand: thousands of generated profiles against crun and runc
	$(ORACLE) --build $(dir $(ORACLE)) --seed $(ORACLE_SEED) --cases 3000 --most 20 --keep tests/data/oracle

.PHONY: oracle-long

# 500,000 texts, for Go and for us.
decode-long: oracle ## by hand: half a million texts for Go's decoder and for ours
	B=$(abspath $(B)) SCD_DECODE_TEXTS=500000 SCD_DECODE_SEED=7 bats --timing tests/full/decode.bats

# AFL++ on the targets that read profiles: FUZZ_TIME seconds each (packages of deps-full). The entry is
# libFuzzer's; afl-clang-fast brings the driver for it.
AFL_TARGETS := fuzz_json fuzz_profile fuzz_check
fuzz-afl: ## FUZZ_TIME seconds of AFL++ for each target that reads profiles
	$(MAKE) B=build-afl CC=afl-clang-fast CFLAGS='-O1 -g' $(AFL_TARGETS:%=build-afl/%.fuzzer)
	@set -e; for t in $(AFL_TARGETS); do mkdir -p build-afl/corpus/$$t; \
	  AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_BENCH_UNTIL_CRASH=1 \
	  afl-fuzz -V $(FUZZ_TIME) -i tests/data/fuzz/$${t#fuzz_} -o build-afl/corpus/$$t -t 2000+ -m none -- build-afl/$$t.fuzzer \
	  > build-afl/$$t.log 2>&1 || { tail -20 build-afl/$$t.log; exit 1; }; \
	  f=build-afl/corpus/$$t/default/fuzzer_stats; \
	  awk -v t=$$t '/^(execs_done|saved_crashes|saved_hangs|corpus_count|bitmap_cvg)/ { printf "%s %s ", $$1, $$3 } END { print t }' $$f; \
	  ! ls build-afl/corpus/$$t/default/crashes/id* >/dev/null 2>&1; done

.PHONY: decode-long fuzz-afl
