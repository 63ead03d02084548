# SPDX-License-Identifier: MIT
# The verdicts against the real runtimes: tests/oracle.
ORACLE_PROGRAMS := $(B)/tests/oracle.bin/probe $(B)/tests/oracle.bin/libc
ORACLE := $(B)/tests/oracle.bin/oracle

EXTRA_tests += -Itests/oracle

$(ORACLE): $(patsubst %.c,$(B)/%.o,$(filter-out tests/oracle/probe.c tests/oracle/libc.c,$(wildcard tests/oracle/*.c))) $(B)/libscd.a
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

oracle: $(ORACLE) $(ORACLE_PROGRAMS)

.PHONY: oracle

# 3,000 profiles, each in five containers; what disagrees is made small and kept.
ORACLE_SEED ?= 1000000
oracle-long: oracle ## by hand: thousands of generated profiles against crun and runc
	$(ORACLE) --build $(dir $(ORACLE)) --seed $(ORACLE_SEED) --cases 3000 --most 20 --keep tests/data/oracle

.PHONY: oracle-long
