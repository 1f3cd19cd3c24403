# SPDX-License-Identifier: GPL-2.0-or-later
# Every verb of the house; `make` alone lists them. What a part adds is in mk/PART.mk.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What `make run` shows.
TEST ?= pluto/pluto-psk pluto/pluto-strongswan-psk
# Which of the lab's unit tests `make test` runs.
TESTS ?= testing/lab/tests

# What `make check` runs in guests, and `make kvm-test` in each of which kernels.
UML_SMOKE ?= hosts/empty pluto/ikev2-psk netkey/ikev2-psk netkey/ikev2-rekey-hour netkey/xfrm-esp-tunnel
QEMU_SMOKE ?= netkey/xfrm-esp-tunnel
KERNELS ?= uml-6.1 uml-6.12 uml-kasan 6.1 6.12
TESTS_IN ?= netkey pluto

PYTHON := /usr/bin/python3
PYTEST := $(PYTHON) -m pytest -q -p no:cacheprovider -n $(shell nproc)

.PHONY: help deps deps-run deps-check deps-uml deps-kasan deps-qemu deps-libvirt kvm-install kvm-uninstall run check check-all kvm-test \
	lint format test bench-lab bench-guest clean distclean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install the Debian packages that are missing
	@tools/deps

deps-run:
	@tools/deps run

deps-check:
	@tools/deps run check klips guest qemu image

deps-uml: ## build the kernel of UML guests (minutes, once) and install what that takes
	@tools/deps run guest
	./lab kernels build uml-6.12

deps-kasan: ## build the UML kernel that finds its own faults (minutes, once)
	@tools/deps run guest
	./lab kernels build uml-kasan

deps-qemu: ## install QEMU and fetch the newest kernels for it
	@tools/deps run qemu
	./lab kernels get 6.1 6.12

deps-libvirt: ## install libvirt, and QEMU for it
	@tools/deps run qemu libvirt

kvm-install: deps-libvirt ## define hosts as libvirt domains (HOSTS="east west" KERNEL="6.12 east=6.1" CONNECT=qemu:///system)
	@./lab libvirt define $(HOSTS) $(addprefix --kernel ,$(KERNEL)) $(addprefix --connect ,$(CONNECT))

kvm-uninstall: ## remove these domains, running or not (HOSTS="east west" CONNECT=qemu:///system)
	@./lab libvirt undefine $(HOSTS) $(addprefix --connect ,$(CONNECT))

run: deps-run build ## show a tunnel of pluto on KLIPS, to another and to strongSwan (TEST=pluto/ikev2-psk: another test)
	./lab run --show $(TEST)

check: deps-check build ## run everything that must pass: linters, unit tests, the lab's tests, some of them in guests
	@tools/check 'lint: tools/lint' 'unit tests: $(PYTEST) $(TESTS)' $(CHECKS) 'lab lint: ./lab lint' \
		'lab tests: ./lab run --all' 'mutation: ./lab mutate' \
		'UML: ./lab run --place uml $(UML_SMOKE)' 'module in UML: $(MAKE) module-smoke' \
		'QEMU: ./lab run --place qemu --kernel 6.12-cloud $(QEMU_SMOKE)'

check-all: check kvm-test ## the same, all tests in all of KERNELS, and 20 times over in namespaces: none may flake
	@tools/check 'flakes: ./lab run --all --repeat 20' 'benchmark: testing/bench/lab.py' \
		'bisection: $(PYTHON) -m pytest -q -rs -p no:cacheprovider testing/lab/tests/slow_bisect.py'

kvm-test: ## run all tests in guests, in one table (KERNELS="uml-6.1 6.12-cloud" TESTS_IN="netkey pluto")
	@tools/deps run guest qemu
	./lab matrix $(TESTS_IN) --place uml,qemu $(addprefix --kernel ,$(KERNELS))

lint: deps ## run the linters
	@tools/lint

format: deps ## format the C sources
	@$(PYTHON) tools/sources.py . 'src/*.[ch]' | xargs -r clang-format -i

test: deps-check ## run the lab's unit tests (TESTS=a file or folder)
	$(PYTEST) $(TESTS)

bench-lab: deps ## measure the lab: medians
	testing/bench/lab.py

bench-guest: deps ## measure tests in guests: medians
	testing/bench/guest.py

clean: ## remove build/
	rm -rf build

distclean: clean ## remove also what was fetched and generated in the cache
	rm -rf "$${CYGNET_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/cygnet}"

-include $(sort $(wildcard mk/*.mk))
