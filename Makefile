# SPDX-License-Identifier: GPL-2.0-or-later
# Every verb of the house; `make` alone lists them. What a part adds is in mk/PART.mk.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What `make run` shows.
TEST ?= pluto/ikev2-psk
# Which of the lab's unit tests `make test` runs.
TESTS ?= testing/lab/tests

PYTHON := /usr/bin/python3
PYTEST = $(PYTHON) -m pytest -q -p no:cacheprovider $(TESTS)

.PHONY: help deps deps-run deps-uml run check check-all lint format test bench-lab clean distclean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install the Debian packages that are missing
	@tools/deps

deps-run:
	@tools/deps run

deps-uml: ## build the kernel of UML guests (minutes, once) and install what that takes
	@tools/deps run guest
	./lab kernels build uml-6.1

run: deps-run ## run one test and show its result (TEST=pluto/ikev2-psk)
	./lab run --show $(TEST)

check: deps ## run everything that must pass: linters, unit tests, all of the lab's tests
	@tools/check 'lint: tools/lint' 'unit tests: $(PYTEST)' 'lab lint: ./lab lint' \
		'lab tests: ./lab run --all' 'mutation: ./lab mutate'

check-all: check ## the same, then all of the lab's tests 20 times over: none may flake
	@tools/check 'flakes: ./lab run --all --repeat 20' 'benchmark: testing/bench/lab.py'

lint: deps ## run the linters
	@tools/lint

format: deps ## format the C sources
	@$(PYTHON) tools/sources.py . 'src/*.[ch]' | xargs -r clang-format -i

test: deps ## run the lab's unit tests (TESTS=a file or folder)
	$(PYTEST)

bench-lab: deps ## measure the lab: medians
	testing/bench/lab.py

clean: ## remove build/
	rm -rf build

distclean: clean ## remove also what was fetched and generated in the cache
	rm -rf "$${CYGNET_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/cygnet}"

-include $(sort $(wildcard mk/*.mk))
