# SPDX-License-Identifier: GPL-2.0-or-later
# Measurements: programs of src/*/bench/; KLIPS's traffic, and pluto, against strongSwan's.

# Of each measurement, and which of them; none named are all.
RUNS ?= 5
BENCH ?=

KLIPS_BENCH := $(patsubst src/%.c,$(KLIPS)/plain/%,$(wildcard src/*/bench/bench_*.c))

# With what tests share: what measures cryptography makes its SAs and packets with that.
$(KLIPS_BENCH): %: %.o $(KLIPS)/plain/libtests.a $(KLIPS)/plain/libklips.a
	$(KLIPS_CC_plain) $^ -o $@ $(KLIPS_LIBS) -lcmocka

.PHONY: klips-bench bench-klips

klips-bench: $(KLIPS_BENCH)

bench-klips: build ## measure KLIPS against strongSwan's ESP in user space: medians (RUNS=3 BENCH="tcp-1 pps-64")
	@tools/deps run klips bench
	@$(MAKE) -s -j$(KLIPS_JOBS) klips-bench
	testing/bench/klips.py --runs $(RUNS) $(BENCH)

.PHONY: bench-ike

bench-ike: build ## measure pluto as a responder against strongSwan's charon: medians (RUNS=3 BENCH="cpu-x25519 overload")
	@tools/deps run klips
	@$(MAKE) -s -j$(KLIPS_JOBS) klips-bench
	testing/bench/ike.py --runs $(RUNS) $(BENCH)
