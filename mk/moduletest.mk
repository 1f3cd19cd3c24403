# SPDX-License-Identifier: GPL-2.0-or-later
# Programs of src/klips/guest/, which test ipsec.ko from inside a guest, and what runs them.

GUEST_ALL := $(wildcard src/klips/guest/*.c)
GUEST_MAINS := $(if $(GUEST_ALL),$(shell grep -l '^int main\>' $(GUEST_ALL)))
GUEST_PROGRAMS := $(GUEST_MAINS:src/%.c=$(KLIPS)/plain/%)

$(KLIPS)/plain/libguest.a: $(patsubst src/%.c,$(KLIPS)/plain/%.o,$(filter-out $(GUEST_MAINS),$(GUEST_ALL)))
	@rm -f $@
	ar rcs $@ $^

$(GUEST_PROGRAMS): %: %.o $(KLIPS)/plain/libguest.a $(KLIPS)/plain/libtests.a $(KLIPS)/plain/libklips.a
	$(KLIPS_CC_plain) $^ -o $@ $(KLIPS_LIBS)

.PHONY: guest-programs

guest-programs: deps-klips $(GUEST_PROGRAMS)

# In which kernel; and how much of it.
MODULE_KERNEL ?= uml-kasan
BENCH_KERNEL ?= 6.12
MODULE_PACKETS ?= 1000000
MODULE_CYCLES ?= 1000
MODULE_SECONDS ?= 60

# One of each kind: packets, ports, devices, marks, cryptography that ends later, XFRM beside it, and pluto.
MODULE_SMOKE ?= klips/esp-aead klips/natt klips/transport-fragments klips/device-events klips/mast klips/module-wrong-key \
	klips/both-stacks pluto/pluto-psk pluto/pluto-overlapip-transport

.PHONY: module-control module-crypto module-fuzz module-smoke module-torture

module-smoke: build ## run some of the scenarios with ipsec.ko in UML guests (MODULE_SMOKE="klips pluto")
	@$(MAKE) -s module KERNEL=uml-6.12
	./lab run --place uml --kernel uml-6.12 --stack klips-kernel $(MODULE_SMOKE)

module-fuzz: build ## send ipsec.ko bad packets and control messages, in a guest under KASAN (MODULE_PACKETS=1000 MODULE_KERNEL=6.12)
	@$(MAKE) -s guest-programs module KERNEL=$(MODULE_KERNEL)
	testing/module/fuzz.py --kernel $(MODULE_KERNEL) --packets $(MODULE_PACKETS) --messages $(MODULE_PACKETS)

module-torture: build ## tunnels of ipsec.ko come and go under traffic, in a guest under KASAN (MODULE_CYCLES=50 MODULE_SECONDS=600 MODULE_KERNEL=qemu-kasan)
	@$(MAKE) -s guest-programs module KERNEL=$(MODULE_KERNEL)
	testing/module/torture.py --kernel $(MODULE_KERNEL) --cycles $(MODULE_CYCLES) --seconds $(MODULE_SECONDS)

module-control: build ## trace event, sysctls, parameters, and tables that change while they are read (MODULE_KERNEL=6.12)
	@tools/deps run guest qemu image
	@$(MAKE) -s guest-programs module KERNEL=$(MODULE_KERNEL)
	testing/module/control.py --kernel $(MODULE_KERNEL)

module-crypto: build ## measure ipsec.ko's cryptography with pcrypt, cryptd and neither, in a guest (MODULE_KERNEL=6.12)
	@$(MAKE) -s module KERNEL=$(MODULE_KERNEL)
	testing/module/crypto.py --kernel $(MODULE_KERNEL)

.PHONY: bench-module

bench-module: build ## measure ipsec.ko against the kernel's own IPsec, in a guest: medians (BENCH_KERNEL=uml-6.12 RUNS=3 BENCH=tcp-1)
	@tools/deps run guest qemu image
	@$(MAKE) -s guest-programs module KERNEL=$(BENCH_KERNEL)
	MODULE_KERNEL=$(BENCH_KERNEL) testing/bench/module.py --runs $(RUNS) $(BENCH)
