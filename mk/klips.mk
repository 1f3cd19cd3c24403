# SPDX-License-Identifier: GPL-2.0-or-later
# KLIPS in user space: its library, its tests under sanitizers, its fuzz targets; and that core compiles in kernels.
# build/klips/VARIANT/ has the same folders as src/. Variants: plain, asan (with UBSan), tsan, fuzz.

KLIPS := build/klips
KLIPS_JOBS ?= $(shell nproc)
# Seconds for each fuzz target of `make fuzz`; runs of each in `make check`, and at most how many seconds.
FUZZ_SECONDS ?= 600
FUZZ_RUNS ?= 20000
FUZZ_BRIEF ?= 15
# Which of them; and which of the unit tests `make test-c` runs.
FUZZ ?= *
TESTS_C ?= *

KLIPS_WARN := -Wall -Wextra -Werror
KLIPS_CFLAGS := -std=gnu11 -g -pthread $(KLIPS_WARN) -Isrc/klips -Isrc
KLIPS_LIBS := -Wl,--as-needed -lurcu -lcrypto -lz -lmnl $(if $(wildcard /usr/include/intel-ipsec-mb.h),-lIPSec_MB) -pthread

KLIPS_CC_plain := $(CC) -O2
KLIPS_CC_asan := $(CC) -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
KLIPS_CC_tsan := $(CC) -O1 -fsanitize=thread
KLIPS_CC_fuzz := clang -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

# A file with a main() is a program, linked to the library of all the others.
KLIPS_ALL := $(wildcard src/lib/*.c src/klips/core/*.c src/klips/control/*.c src/klips/user/*.c src/pluto/*.c src/programs/*.c)
KLIPS_MAINS := $(if $(KLIPS_ALL),$(shell grep -l '^int main\>' $(KLIPS_ALL)))
KLIPS_SRC := $(filter-out $(KLIPS_MAINS),$(KLIPS_ALL))
KLIPS_PROGRAMS := $(KLIPS_MAINS:src/%.c=%)
KLIPS_TESTS := $(patsubst src/%.c,%,$(wildcard src/*/tests/test_*.c))
KLIPS_FUZZ := $(patsubst src/%.c,%,$(wildcard src/*/fuzz/fuzz_*.c))
# What tests, fuzz targets and benchmarks share: any other file of the tests'.
KLIPS_HELP := $(filter-out $(KLIPS_TESTS:%=src/%.c),$(wildcard src/*/tests/*.c))

define klips_variant
$(KLIPS)/$(1)/%.o: src/%.c mk/klips.mk
	@mkdir -p $$(@D)
	$$(KLIPS_CC_$(1)) $$(KLIPS_CFLAGS) -MMD -MP -c $$< -o $$@

$(KLIPS)/$(1)/libklips.a: $(KLIPS_SRC:src/%.c=$(KLIPS)/$(1)/%.o)
	@rm -f $$@
	ar rcs $$@ $$^

$(KLIPS)/$(1)/libtests.a: $(KLIPS_HELP:src/%.c=$(KLIPS)/$(1)/%.o)
	@rm -f $$@
	ar rcs $$@ $$^

$(KLIPS_TESTS:%=$(KLIPS)/$(1)/%): %: %.o $(KLIPS)/$(1)/libtests.a $(KLIPS)/$(1)/libklips.a
	$$(KLIPS_CC_$(1)) $$^ -o $$@ -lcmocka $$(KLIPS_LIBS)

$(KLIPS_PROGRAMS:%=$(KLIPS)/$(1)/%): %: %.o $(KLIPS)/$(1)/libklips.a
	$$(KLIPS_CC_$(1)) $$^ -o $$@ $$(KLIPS_LIBS)

# programs too: tests of commands run them
klips-tests-$(1): $(KLIPS_TESTS:%=$(KLIPS)/$(1)/%) $(KLIPS_PROGRAMS:%=$(KLIPS)/$(1)/%)

-include $(wildcard $(KLIPS)/$(1)/*/*.d $(KLIPS)/$(1)/*/*/*.d)
endef
$(foreach variant,plain asan tsan fuzz,$(eval $(call klips_variant,$(variant))))

$(KLIPS_FUZZ:%=$(KLIPS)/fuzz/%): %: %.o $(KLIPS)/fuzz/libtests.a $(KLIPS)/fuzz/libklips.a
	$(KLIPS_CC_fuzz) -fsanitize=fuzzer $^ -o $@ $(KLIPS_LIBS)

CHECKS += 'unit tests in C: $(MAKE) test-c' 'fuzz: $(MAKE) fuzz-brief' \
	'klipsd, and scapy as oracle: $(PYTHON) -m pytest -q -p no:cacheprovider src'

.SECONDARY:
.PHONY: deps-klips klips klips-tests-asan klips-tests-tsan klips-fuzz test-c test-tsan fuzz fuzz-brief

deps-klips:
	@tools/deps klips

klips: deps-klips $(KLIPS)/plain/libklips.a $(KLIPS_PROGRAMS:%=$(KLIPS)/plain/%) ## build KLIPS in user space

klips-fuzz: $(KLIPS_FUZZ:%=$(KLIPS)/fuzz/%)

test-c: deps-klips ## run the unit tests in C under ASan and UBSan (TESTS_C=replay)
	@$(MAKE) -s -j$(KLIPS_JOBS) klips-tests-asan
	@tools/test-c $(KLIPS)/asan '$(TESTS_C)'

test-tsan: deps-klips ## the same under TSan
	@$(MAKE) -s -j$(KLIPS_JOBS) klips-tests-tsan
	@tools/test-c $(KLIPS)/tsan '$(TESTS_C)'

fuzz: deps-klips ## run each fuzz target for FUZZ_SECONDS (FUZZ=flow)
	@$(MAKE) -s -j$(KLIPS_JOBS) klips-fuzz
	@tools/fuzz $(KLIPS) '$(FUZZ)' -max_total_time=$(FUZZ_SECONDS)

fuzz-brief: deps-klips
	@$(MAKE) -s -j$(KLIPS_JOBS) klips-fuzz
	@tools/fuzz $(KLIPS) '$(FUZZ)' -runs=$(FUZZ_RUNS) -max_total_time=$(FUZZ_BRIEF)
